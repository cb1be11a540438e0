import concurrent.futures, multiprocessing, sqlite3, subprocess, sys
from multiprocessing import shared_memory

def add(total, lock):
    for _ in range(100):
        with lock:
            total.value += 1

def square(n):
    return n * n

if __name__ == "__main__":
    with multiprocessing.Pool(3) as pool:
        assert pool.map(square, range(20)) == [n * n for n in range(20)]
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=queue.put, args=("from a child",))
    child.start()
    assert queue.get(timeout=20) == "from a child"
    child.join()
    total, lock = multiprocessing.Value("i", 0, lock=False), multiprocessing.Lock()
    workers = [multiprocessing.Process(target=add, args=(total, lock)) for _ in range(4)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert total.value == 400
    memory = shared_memory.SharedMemory(create=True, size=4096)
    memory.buf[0] = 7
    same = shared_memory.SharedMemory(memory.name)
    assert same.buf[0] == 7
    same.close()
    memory.close()
    memory.unlink()
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(abs, [-1, 2])) == [1, 2]
    with sqlite3.connect("work.db") as db:
        db.execute("create table t (a)")
        db.execute("insert into t values (5)")
    assert sqlite3.connect("work.db").execute("select a from t").fetchall() == [(5,)]
    assert subprocess.check_output([sys.executable, "-c", "print('é')"], text=True) == "é\n"
    print("ok")
