package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/internal/demo"
)

// TestRunningACourse runs the commands of docs/running-a-course.md in order, each as the
// person in its prompt, and compares the output with the page. In the page, … matches any
// text in a line, and a line with only … matches any lines. A block with a file name after
// its language is written to that file, in the directory of the person who runs the next
// command.
func TestRunningACourse(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/running-a-course.md")
	check(t, err)
	m := newManual(t)
	steps := manualSteps(t, m.dated(string(text)))
	if len(steps) < 20 {
		t.Fatalf("the page has %d commands", len(steps))
	}
	for _, s := range steps {
		m.run(s)
	}
}

// step is a command of the page.
type step struct {
	who, command, want string
	files              map[string]string // files to write before the command
	line               int
}

var (
	blockPattern  = regexp.MustCompile("(?ms)^```([a-z]+)(?: ([a-z0-9./-]+))?\n(.*?)^```$")
	promptPattern = regexp.MustCompile(`^(operator|ada|alice)\$ (.*)$`)
)

// manualSteps reads the commands of the page.
func manualSteps(t *testing.T, text string) []step {
	t.Helper()
	var steps []step
	files := map[string]string{}
	for _, m := range blockPattern.FindAllStringSubmatchIndex(text, -1) {
		language, body := text[m[2]:m[3]], text[m[6]:m[7]]
		switch {
		case m[4] >= 0:
			files[text[m[4]:m[5]]] = body
		case language == "console":
			for n, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
				if p := promptPattern.FindStringSubmatch(line); p != nil {
					steps = append(steps, step{who: p[1], command: p[2], files: files, line: n + strings.Count(text[:m[6]], "\n") + 1})
					files = map[string]string{}
				} else if len(steps) > 0 {
					steps[len(steps)-1].want += line + "\n"
				}
			}
		}
	}
	return steps
}

// manual holds the server and the people of the page.
type manual struct {
	t      *testing.T
	dir    string
	server *demo.Server
	homes  map[string]string
}

// newManual starts a server with the host name of the page, and creates people's keys.
func newManual(t *testing.T) *manual {
	t.Helper()
	m := &manual{t: t, dir: t.TempDir(), homes: map[string]string{}}
	check(t, os.Chmod(m.dir, 0o755)) // steps must be able to traverse it
	check(t, os.Chmod(filepath.Dir(m.dir), 0o755))
	temp := filepath.Join(m.dir, "tmp")
	check(t, os.Mkdir(temp, 0o755))
	config := filepath.Join(m.dir, "grader.yaml")
	check(t, os.WriteFile(config, []byte("public_ssh: grader.example.org:2222\npublic_url: https://grader.example.org\n"), 0o600))
	m.server = &demo.Server{Bin: bin, Data: filepath.Join(m.dir, "data"), Config: config, Env: []string{"TMPDIR=" + temp}}
	check(t, m.server.Start(context.Background()))
	t.Cleanup(m.server.Kill)
	_, port, _ := strings.Cut(m.server.SSH, ":")
	for _, who := range []string{"operator", "ada", "alice"} {
		p, err := demo.NewPerson(m.dir, who, who)
		check(t, err)
		m.homes[who] = p.Dir
		check(t, os.Mkdir(filepath.Join(p.Dir, "bin"), 0o755))
		// ssh connects to the page's host, and uses the person's key instead of this machine's.
		script := fmt.Sprintf("#!/bin/sh\nfor a do shift; [ \"$a\" = 2222 ] && a=%s; set -- \"$@\" \"$a\"; done\nexec %s -F %s/config \"$@\"\n", port, realSSH(t), p.Dir)
		check(t, os.WriteFile(filepath.Join(p.Dir, "bin", "ssh"), []byte(script), 0o755))
		check(t, os.WriteFile(filepath.Join(p.Dir, "config"), []byte(fmt.Sprintf(
			"Host grader.example.org\n HostName 127.0.0.1\n IdentityFile %[1]s/key\n IdentitiesOnly yes\n BatchMode yes\n StrictHostKeyChecking accept-new\n UserKnownHostsFile %[1]s/known\n LogLevel ERROR\n", p.Dir)), 0o600))
	}
	public, err := os.ReadFile(filepath.Join(m.homes["ada"], "key.pub"))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(m.homes["operator"], "ada.pub"), public, 0o600)) // she has sent it to the operator
	return m
}

func realSSH(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ssh")
	check(t, err)
	return path
}

// dated shifts the dates of the page, so that 2027-01-11, the day on which alice hands in,
// becomes today.
func (m *manual) dated(text string) string {
	zone, err := time.LoadLocation("America/Toronto")
	check(m.t, err)
	today := time.Now().In(zone)
	written := time.Date(2027, 1, 11, 0, 0, 0, 0, time.UTC)
	for days := range 60 {
		text = strings.ReplaceAll(text, written.AddDate(0, 0, days).Format(time.DateOnly), "<"+today.AddDate(0, 0, days).Format(time.DateOnly)+">")
	}
	return regexp.MustCompile(`<([0-9]{4}-[0-9]{2}-[0-9]{2})>`).ReplaceAllString(text, "$1")
}

// run runs a step and compares its output.
func (m *manual) run(s step) {
	m.t.Helper()
	home := m.homes[s.who]
	check(m.t, demo.WriteFiles(home, s.files))
	cmd := exec.CommandContext(m.t.Context(), "sh", "-c", s.command)
	cmd.Dir = home
	cmd.Env = []string{
		"PATH=" + filepath.Join(home, "bin") + ":" + bin + ":" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C.UTF-8", "TZ=America/Toronto",
		"GRADER_DATA=" + m.server.Data, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=" + s.who, "GIT_AUTHOR_EMAIL=" + s.who + "@example.org", "GIT_COMMITTER_NAME=" + s.who, "GIT_COMMITTER_EMAIL=" + s.who + "@example.org",
		"CODE=" + m.code(s.who),
	}
	out, err := cmd.CombinedOutput()
	got := regexp.MustCompile(`[ \t]+\n`).ReplaceAllString(string(out), "\n") // git pads its lines with spaces
	if err != nil {
		m.t.Fatalf("line %d: %s: %v\n%s", s.line, s.command, err, got)
	}
	if !regexp.MustCompile(wanted(s.want)).MatchString(got) {
		m.t.Errorf("line %d: %s\nprints\n%s\nand the page says\n%s", s.line, s.command, got, s.want)
	}
}

// code returns a person's join code, or "" if it does not exist yet.
func (m *manual) code(who string) string {
	codes, err := os.ReadFile(filepath.Join(m.homes["operator"], "codes.csv"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(codes)) {
		if login, code, _ := strings.Cut(strings.TrimSpace(line), ","); login == who {
			return code
		}
	}
	return ""
}

// wanted returns a pattern for the page's output.
func wanted(text string) string {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "…" {
			pattern.WriteString(`(.*\n)*`)
			continue
		}
		quoted := regexp.QuoteMeta(strings.TrimRight(line, " \n"))
		pattern.WriteString(strings.ReplaceAll(quoted, "…", ".*") + `\n`)
	}
	pattern.WriteString(`\z`)
	return pattern.String()
}
