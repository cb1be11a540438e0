package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/grader/grader/internal/demo"
)

// pusher pushes to one repository until the campaign ends. It records which commits were
// accepted, according to git's output and to the server's main.
type pusher struct {
	c          *campaign
	person     *demo.Person
	repository string
	file       string
	text       func(serial int) string
	random     *rand.Rand

	serial     int
	accepted   []string          // commits of main, in order
	says       map[string]string // the text of each commit's program
	reattached int               // pushes without a new commit
	forced     int               // pushes that replaced a commit
	problems   []string
	history    []string // each push and each answer about main; shown if the test fails
}

// refLine is the porcelain line of main; its first character is the result.
var refLine = regexp.MustCompile(`(?m)^([ +*=!-])\trefs/heads/main:refs/heads/main\t`)

// run pushes until the campaign ends, and follows the last push to its verdict.
func (p *pusher) run() {
	for !p.c.over() {
		commit := p.next()
		if commit == "" {
			return
		}
		p.deliver(commit)
	}
}

// next creates the next commit: a new one, an amended one, or one that was accepted before.
func (p *pusher) next() string {
	kind := p.random.IntN(10)
	if kind == 0 && len(p.accepted) > 1 {
		back := p.accepted[p.random.IntN(len(p.accepted))]
		if back != p.accepted[len(p.accepted)-1] {
			p.git("reset", "--quiet", "--hard", back)
			return back
		}
	}
	p.serial++
	text := p.text(p.serial)
	if err := os.WriteFile(filepath.Join(p.work(), p.file), []byte(text), 0o644); err != nil {
		return p.trouble("write: %v", err)
	}
	args := []string{"commit", "--quiet", "--all", "--message", fmt.Sprint("work ", p.serial)}
	if kind < 4 && len(p.accepted) > 0 {
		args = append(args, "--amend")
	}
	p.git(args...)
	commit := strings.TrimSpace(p.git("rev-parse", "HEAD"))
	p.says[commit] = text
	return commit
}

// deliver pushes the commit until it is known to be accepted. It pushes a rejected commit again or
// gives it up.
func (p *pusher) deliver(commit string) {
	for try := 0; p.c.serving(); try++ {
		said, took := p.push()
		p.history = append(p.history, fmt.Sprintf("push %s: %q: %.400q", commit, took, said))
		if try > 100 || strings.Contains(said, "our machines failed") {
			p.trouble("push %d of %s ended with:\n%s", try, commit, said)
			return
		}
		if took != '!' && took != 0 {
			p.accept(commit)
			if p.sawVerdict(said) {
				return
			}
			continue // to watch it again
		}
		main := p.main()
		p.history = append(p.history, fmt.Sprintf("main is %q", main))
		switch main {
		case commit:
			p.accept(commit) // the client did not get the answer
			continue
		case "":
			continue // another crash before the answer
		}
		if p.random.IntN(3) == 0 {
			return // give up this commit
		}
	}
}

// push pushes once and returns the output and git's result for main, or 0 if git printed none.
func (p *pusher) push() (string, byte) {
	t, err := p.person.Git(context.Background(), p.work(), "push", "--porcelain", "--force", p.person.URL(p.repository), "main")
	if err != nil {
		p.trouble("push: %v", err)
		return "", 0
	}
	for _, broken := range []string{"internal", "panic", "something went wrong", "disagree"} {
		if strings.Contains(t.Output, broken) {
			p.trouble("a push said:\n%s", t.Output)
		}
	}
	line := refLine.FindStringSubmatch(t.Output)
	if line == nil {
		return t.Output, 0
	}
	switch line[1] {
	case "=":
		p.reattached++
	case "+":
		p.forced++
	}
	return t.Output, line[1][0]
}

// sawVerdict reports whether the output contains a verdict.
func (p *pusher) sawVerdict(said string) bool {
	for _, end := range []string{"1 / 2", "2 / 2", "active now: version"} {
		if strings.Contains(said, end) {
			return true
		}
	}
	return false
}

// accept records that main was at the commit.
func (p *pusher) accept(commit string) {
	if !p.is(commit) {
		p.accepted = append(p.accepted, commit)
	}
}

func (p *pusher) is(commit string) bool {
	return len(p.accepted) > 0 && p.accepted[len(p.accepted)-1] == commit
}

// mainLine is the line of main that git ls-remote prints. Lines of ssh may be beside it: the server may
// be killed after its answer.
var mainLine = regexp.MustCompile(`(?m)^([0-9a-f]{40})\trefs/heads/main$`)

// main asks the server for the commit of main; "none" if there is none, "" if the server does not
// answer.
func (p *pusher) main() string {
	for p.c.serving() {
		t, err := p.person.Git(context.Background(), p.work(), "ls-remote", p.person.URL(p.repository), "refs/heads/main")
		if err != nil {
			return p.trouble("ls-remote: %v", err)
		}
		if line := mainLine.FindStringSubmatch(t.Output); t.Exit == 0 && line != nil {
			return line[1]
		}
		if t.Exit == 0 && t.Output == "" {
			return "none"
		}
	}
	return ""
}

func (p *pusher) git(args ...string) string {
	t, err := p.person.Git(context.Background(), p.work(), args...)
	if err != nil || t.Exit != 0 {
		return p.trouble("git %s: %v %s", args[0], err, t.Output)
	}
	return t.Output
}

func (p *pusher) work() string {
	return filepath.Join(p.person.Dir, "work-"+strings.ReplaceAll(p.repository, "/", "-"))
}

func (p *pusher) trouble(format string, args ...any) string {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
	return ""
}
