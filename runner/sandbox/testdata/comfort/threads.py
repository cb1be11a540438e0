import subprocess, tempfile, threading

if __name__ == "__main__":
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
