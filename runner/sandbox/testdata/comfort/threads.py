import multiprocessing, os, subprocess, tempfile, threading

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
    seen = []
    threads = [threading.Thread(target=seen.append, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(seen) == list(range(8))
    with tempfile.NamedTemporaryFile() as f:
        f.write("Grüße".encode())
    assert subprocess.run(["sh", "-c", "echo piped | cat"], capture_output=True).stdout == b"piped\n"
    print("ok")
