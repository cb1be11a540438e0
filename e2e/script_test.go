package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/grader/grader/internal/demo"
)

// bin is the directory of the programs under test, built once by TestMain.
var bin string

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdVariable); dir != "" {
		os.Exit(playSSH(dir, os.Args[1:]))
	}
	flag.Parse()
	setParallel()
	os.Exit(buildAndRun(m))
}

// parallelTests is the number of tests that run at once unless -parallel is given. Most
// tests wait for disks, timers and other processes, and leave processors idle.
const parallelTests = 4

func setParallel() {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", strconv.Itoa(max(parallelTests, runtime.GOMAXPROCS(0)))) // the flag exists
	}
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "grader-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	for name, pkg := range map[string]string{"grader": "..", "grader-hook": "../hooks/grader-hook"} {
		// Use the flags of `make build`, so that Go's cache contains the packages.
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, name), pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build %s: %v\n%s", pkg, err, out)
			return 1
		}
	}
	bin = dir
	return m.Run()
}

// TestScripts runs testdata/script. The first lines of each script say what it tests.
//
// Scripts can use these commands besides testscript's own; `stdout` matches their output:
//
//	serve [CONFIG]           start a server on $WORK/data; later calls use the same data and ports
//	stop | crash             stop it with SIGTERM, or kill it with SIGKILL
//	person LOGIN ROLE        add an account with a key, enrolled in c101 (created on first use)
//	admin ARGS...            grader admin
//	[!] push LOGIN REPO DIR [-o OPTION]...   commit the files of DIR to main and push them
//	[!] git LOGIN REPO ARGS...               git in the person's work tree of REPO
//	[!] clone LOGIN REPO DIR                 git clone into $WORK/DIR
//	[!] ask LOGIN ARGS...    ssh grader@HOST ARGS
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("BIN", bin)
			due, err := dueBefore(36 * time.Hour)
			if err != nil {
				return err
			}
			env.Setenv("DUE", due)
			env.Setenv("PATH", bin+":"+os.Getenv("PATH"))
			env.Values[key{}] = &stage{dir: env.WorkDir, people: map[string]*demo.Person{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "stop": stop, "crash": crash, "person": person,
			"admin": admin, "push": push, "git": git, "ask": ask, "clone": clone,
		},
	})
}

// dueBefore returns a past due time in the scripts' course, the given duration ago.
func dueBefore(ago time.Duration) (string, error) {
	zone, err := time.LoadLocation("America/Toronto")
	return time.Now().Add(-ago).In(zone).Format("2006-01-02 15:04"), err
}

// key is the key of a script's stage in testscript's values.
type key struct{}

// stage holds the server and the people of one script.
type stage struct {
	dir    string
	server *demo.Server
	people map[string]*demo.Person
	course bool
}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(key{}).(*stage) }

func serve(ts *testscript.TestScript, neg bool, args []string) {
	s := stageOf(ts)
	next := &demo.Server{Bin: bin, Data: filepath.Join(s.dir, "data"), Log: ts.Stderr()}
	if s.server != nil {
		next.SSH, next.Web = s.server.SSH, s.server.Web
	}
	if len(args) > 0 {
		next.Config = ts.MkAbs(args[0])
	}
	err := next.Start(context.Background())
	if err != nil {
		fmt.Fprintln(ts.Stdout(), err)
	}
	if (err != nil) != neg {
		ts.Fatalf("serve: %v", err)
	}
	if err == nil {
		s.server = next
		ts.Setenv("SSH", next.SSH)
		ts.Setenv("WEB", next.Web)
		ts.Defer(next.Kill)
	}
}

func stop(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(stageOf(ts).server.Stop()) }

func crash(ts *testscript.TestScript, _ bool, _ []string) { stageOf(ts).server.Kill() }

func person(ts *testscript.TestScript, _ bool, args []string) {
	s, ctx := stageOf(ts), context.Background()
	if !s.course {
		_, err := s.server.Admin(ctx, "course", "add", "c101", "--title", "Systems Programming", "--timezone", "America/Toronto")
		ts.Check(err)
		s.course = true
	}
	p, err := s.server.Enter(ctx, filepath.Join(s.dir, "people"), args[0], "c101", args[1])
	ts.Check(err)
	s.people[args[0]] = p
}

func admin(ts *testscript.TestScript, neg bool, args []string) {
	out, err := stageOf(ts).server.Admin(context.Background(), args...)
	fmt.Fprint(ts.Stdout(), out)
	if err != nil {
		fmt.Fprint(ts.Stdout(), err)
	}
	if (err != nil) != neg {
		ts.Fatalf("admin: %v", err)
	}
}

func push(ts *testscript.TestScript, neg bool, args []string) {
	p := stageOf(ts).people[args[0]]
	var options []string
	for _, o := range args[3:] {
		if o != "-o" {
			options = append(options, o)
		}
	}
	t, err := p.Push(context.Background(), args[1], ts.MkAbs(args[2]), options...)
	report(ts, neg, t, err)
}

func git(ts *testscript.TestScript, neg bool, args []string) {
	p := stageOf(ts).people[args[0]]
	work := filepath.Join(p.Dir, "work-"+strings.ReplaceAll(args[1], "/", "-"))
	ts.Check(os.MkdirAll(work, 0o755))
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "@", p.URL(args[1]))
	}
	t, err := p.Git(context.Background(), work, args[2:]...)
	report(ts, neg, t, err)
}

func clone(ts *testscript.TestScript, neg bool, args []string) {
	p := stageOf(ts).people[args[0]]
	t, err := p.Git(context.Background(), p.Dir, "clone", "--quiet", p.URL(args[1]), ts.MkAbs(args[2]))
	report(ts, neg, t, err)
}

func ask(ts *testscript.TestScript, neg bool, args []string) {
	t, err := stageOf(ts).people[args[0]].SSH(context.Background(), args[1:]...)
	report(ts, neg, t, err)
}

// report prints a transcript as standard output and checks the exit status.
func report(ts *testscript.TestScript, neg bool, t demo.Transcript, err error) {
	ts.Check(err)
	fmt.Fprint(ts.Stdout(), t.Output)
	if (t.Exit != 0) != neg {
		ts.Fatalf("exit status %d:\n%s", t.Exit, t.Output)
	}
}
