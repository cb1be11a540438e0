package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// comfort is an ordinary program that must work behind the wall. It prints "ok".
type comfort struct {
	name   string
	needs  string // a program that this machine must have
	files  []string
	script string
	memory int64
	shared bool // needs /dev/shm
	own    bool // needs /tmp, or children that see themselves in /proc: at level uid, a container of its own
}

func comforts() []comfort {
	return []comfort{
		{name: "gcc", needs: "gcc", files: []string{"leak.c"}, script: "gcc -Wall -o a leak.c && ./a"},
		{name: "deep recursion", needs: "gcc", files: []string{"deep.c"}, script: "gcc -O0 -o a deep.c && ./a"},
		{name: "g++ with threads, exceptions and streams", needs: "g++", files: []string{"main.cc"}, script: "g++ -O1 -pthread -o a main.cc && ./a && test $(cat out) = 4"},
		{name: "make with several jobs", needs: "make", files: []string{"main.cc", "Makefile"}, script: "make -s -j4"},
		{name: "python with threads and subprocesses", needs: "/usr/bin/python3", files: []string{"threads.py"}, script: "/usr/bin/python3 threads.py"},
		{name: "java in 256 MiB", needs: "javac", files: []string{"Main.java"}, memory: 512 << 20,
			script: `F="-Xmx192m -XX:+UseSerialGC -XX:-UsePerfData -Djava.io.tmpdir=$TMPDIR"
			javac -J-Xmx192m -J-XX:+UseSerialGC -J-XX:-UsePerfData -encoding UTF-8 Main.java && java $F -XX:MaxMetaspaceSize=64m Main`},
		{name: "python with processes, semaphores, shared memory and sqlite", needs: "/usr/bin/python3", files: []string{"shared.py"}, shared: true, script: "/usr/bin/python3 shared.py"},
		{name: "java with processes and threads", needs: "javac", files: []string{"Processes.java"}, memory: 512 << 20,
			script: `F="-Xmx128m -XX:+UseSerialGC -XX:-UsePerfData -Djava.io.tmpdir=$TMPDIR"
			javac -J-Xmx192m -J-XX:+UseSerialGC -J-XX:-UsePerfData -encoding UTF-8 Processes.java && java $F Processes`},
		{name: "wide characters, semaphores and temporary files", needs: "gcc", files: []string{"wide.c"}, script: "gcc -o a wide.c -pthread && ./a"},
		{name: "coverage", needs: "gcov", files: []string{"leak.c"}, script: "gcc --coverage -o a leak.c && ./a && gcov a-leak.gcda | grep -q 'Lines executed'"},
		{name: "profile", needs: "gprof", files: []string{"leak.c"}, script: "gcc -pg -o a leak.c && ./a && gprof ./a gmon.out | grep -q 'Flat profile'"},
		{name: "thread sanitizer", needs: "g++", files: []string{"main.cc"}, memory: 1 << 30, script: "g++ -fsanitize=thread -pthread -o a main.cc && ./a"},
		{name: "time", needs: "bash", files: []string{"leak.c"}, script: "gcc -o a leak.c && bash -c 'time ./a'"},
		{name: "valgrind", needs: "valgrind", files: []string{"leak.c"}, script: "gcc -g -o a leak.c && exec valgrind -q --error-exitcode=9 --leak-check=full ./a"},
		{name: "address sanitizer", needs: "gcc", files: []string{"leak.c"}, script: "gcc -fsanitize=address -o a leak.c && ASAN_OPTIONS=detect_leaks=0 exec ./a"},
		{name: "undefined behaviour sanitizer", needs: "gcc", files: []string{"leak.c"}, script: "gcc -fsanitize=undefined -o a leak.c && ./a"},
		{name: "temporary files of C in /tmp", needs: "gcc", files: []string{"temp.c"}, own: true, script: "gcc -o a temp.c && ./a && test -d $TMPDIR/dir"},
		{name: "temporary files of Java in /tmp", needs: "javac", files: []string{"Temp.java"}, own: true, memory: 512 << 20,
			script: `F="-Xmx128m -XX:+UseSerialGC -XX:-UsePerfData"
			javac -J-Xmx192m -J-XX:+UseSerialGC -J-XX:-UsePerfData Temp.java && java $F Temp`},
		{name: "temporary files of scripts in /tmp", needs: "bash", own: true,
			script: `f=$(mktemp -p /tmp) && echo ok >$f && bash -c "cat <<<here >/dev/null; sort /tmp/tmp.*" && ls -d /tmp/. >/tmp/list`},
		{name: "children that look at themselves", needs: "/usr/bin/python3", files: []string{"maps.py"}, own: true, script: "/usr/bin/python3 maps.py; true"},
		{name: "address sanitizer in a child", needs: "gcc", files: []string{"leak.c"}, own: true, script: "gcc -fsanitize=address -o a leak.c && LSAN_OPTIONS=detect_leaks=0 ASAN_OPTIONS=detect_leaks=0 ./a; true"},
		{name: "thread sanitizer in a child", needs: "g++", files: []string{"main.cc"}, own: true, memory: 1 << 30, script: "g++ -fsanitize=thread -pthread -o a main.cc && ./a; true"},
		{name: "valgrind in a child", needs: "valgrind", files: []string{"leak.c"}, own: true, script: "gcc -g -o a leak.c && valgrind -q --error-exitcode=9 --leak-check=full ./a; true"},
		{name: "copies with mode and times", needs: "sh", script: "echo 'echo ok' >f && chmod 750 f && touch -d 2001-02-03 f && cp -p f g && cp -a g h && install -p -m 700 h i && test $(stat -c %Y i) = $(stat -c %Y f) && ./i"},
		{name: "files edited in place", needs: "sed", script: `umask 22; echo no >f; sed -i s/no/ok/ f 2>said; cp -p f g 2>>said; test ! -s said && cat g`},
		{name: "UTF-8", needs: "sh", script: "test \"$(printf 'Grüße' | LC_ALL=C.UTF-8 wc -m)\" = 5 && echo ok"},
		{name: "fork, pipes and signals", needs: "sh", script: "(sleep 60 & p=$!; kill $p; wait $p; seq 1000 | sort -n | tail -1 >n); test $(cat n) = 1000 && mkfifo f && (echo ok >f & cat f)"},
	}
}

func TestComfort(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		for _, c := range comforts() {
			t.Run(c.name, func(t *testing.T) { c.run(t, w) })
		}
	})
}

func (c comfort) run(t *testing.T, w *sandbox.Wall) {
	if _, err := exec.LookPath(c.needs); err != nil {
		t.Skipf("no %s", c.needs)
	}
	if c.own && !w.HasTemp() || c.shared && !w.HasShared() {
		t.Skip("not where the machine is shared: see docs/security.md")
	}
	s := newScratch(t, w)
	for _, name := range c.files {
		data, err := os.ReadFile("testdata/comfort/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.WriteFile(name, data, 0); err != nil {
			t.Fatal(err)
		}
	}
	step := shell(s, c.script)
	step.Env = append(step.Env, "LANG=C.UTF-8", "HOME="+s.Path())
	step.Alone = true
	step.Limits = sandbox.Limits{CPU: time.Minute, Wall: 3 * time.Minute, Memory: max(c.memory, 512<<20), Processes: 200, Disk: 200 << 20}
	r := mustRun(t, w, step)
	if r.Exit != 0 || r.Signal != 0 || r.Limit != "" || !strings.Contains(string(r.Stdout), "ok\n") {
		t.Errorf("limit %q exit %d signal %d\n%s\n%s", r.Limit, r.Exit, int(r.Signal), r.Stdout, r.Stderr)
	}
	t.Logf("cpu %v wall %v memory %d MiB", r.CPU, r.Wall, r.Memory>>20)
	if err := s.Remove(); err != nil {
		t.Error(err)
	}
}
