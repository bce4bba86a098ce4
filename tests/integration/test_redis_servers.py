"""The Redis servers of the tests do what the tests need of them."""

from redis_server import RedisCluster, RedisServer, answers


def test_a_server_can_be_broken_in_each_way(own_redis: RedisServer) -> None:
    """It can be emptied, frozen and killed, and comes back empty on the same port."""
    own_redis.command("set", "key", "value")
    own_redis.command("flushall")
    assert own_redis.command("dbsize").strip() == "0"
    own_redis.freeze()
    assert not answers(own_redis.port)
    own_redis.thaw()
    assert answers(own_redis.port)
    own_redis.command("set", "key", "value")
    own_redis.kill()
    assert not answers(own_redis.port)
    own_redis.start()
    assert own_redis.command("dbsize").strip() == "0"


def test_a_cluster_has_three_masters(redis_cluster: RedisCluster) -> None:
    """Each key has a master, and each master a replica."""
    assert redis_cluster.is_whole()
    assert len(redis_cluster.masters()) == 3
