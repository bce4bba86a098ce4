-- The mix for wrk: 80 % cached reads, 15 % what-if and cube queries, 5 % writes; told by the environment.
-- With PLIMSOLL_ONLY it is that one read and nothing else.
local key, run, book = os.getenv("PLIMSOLL_KEY"), os.getenv("PLIMSOLL_RUN"), os.getenv("PLIMSOLL_BOOK")
local api = "/api/v1"
local auth = { ["Authorization"] = "Bearer " .. key, ["Accept-Encoding"] = "gzip" }
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  math.randomseed(number * 7919 + os.time())
  count = 0
end

local function with(extra)
  local headers = {}
  for name, value in pairs(auth) do headers[name] = value end
  for name, value in pairs(extra) do headers[name] = value end
  return headers
end

local known = with({ ["If-None-Match"] = os.getenv("PLIMSOLL_RUN_ETAG") })
local known_report = with({ ["If-None-Match"] = os.getenv("PLIMSOLL_REPORT_ETAG") })
local known_book = with({ ["If-None-Match"] = os.getenv("PLIMSOLL_BOOK_ETAG") })
local json = with({ ["Content-Type"] = "application/json" })

local reads = {
  { api .. "/risk-runs/" .. run, auth }, { api .. "/risk-runs/" .. run, known },
  { api .. "/risk-runs/" .. run .. "/report", auth }, { api .. "/risk-runs/" .. run .. "/report", known_report },
  { api .. "/risk-runs/" .. run .. "/cube?by=desk", auth }, { api .. "/risk-runs/" .. run .. "/cube?by=desk", auth },
  { api .. "/portfolios/" .. book, auth }, { api .. "/portfolios/" .. book, known_book },
  { api .. "/portfolios?limit=10", auth },
}
local cuts = { "sector", "desk,sector", "sector,desk", "" }

local only = os.getenv("PLIMSOLL_ONLY")

function request()
  if only then return wrk.format("GET", only, auth) end
  count = count + 1
  local draw = math.random(100)
  if draw <= 80 then
    local chosen = reads[math.random(#reads)]
    return wrk.format("GET", chosen[1], chosen[2])
  elseif draw <= 88 then
    return wrk.format("GET", api .. "/risk-runs/" .. run .. "/cube?by=" .. cuts[math.random(#cuts)], auth)
  elseif draw <= 95 then
    local body = string.format('{"trades": [{"symbol": "AAPL", "quantity": %d}]}', math.random(1000))
    return wrk.format("POST", api .. "/risk-runs/" .. run .. "/what-if", json, body)
  end
  local name = string.format("w%d-%d-%d", number, os.time(), count)
  json["Idempotency-Key"] = name
  local written = wrk.format("POST", api .. "/portfolios", json, '{"name": "' .. name .. '"}')
  json["Idempotency-Key"] = nil
  return written
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.3f, "refused": %d, "broken": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
