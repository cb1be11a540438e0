package e2e

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/grader/grader/internal/demo"
)

// TestPictures makes the pictures of the README from one real push: its terminal and its page (make
// screenshots copies them to docs). The student has forgotten that smaller values may stand before larger ones.
func TestPictures(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.set(t, s.people["ines"], "a1", pictureTests(t))
	right := readFile(t, examples, "java", "solution", "Roman.java")
	wrong := regexp.MustCompile(`"(CM|CD|XC|XL|IX|IV)", `).ReplaceAllString(regexp.MustCompile(` (900|400|90|40|9|4),`).ReplaceAllString(right, ""), "")
	if wrong == right {
		t.Fatal("the solution of the example changed: nothing was replaced")
	}
	said := s.record(t, "alice", map[string]string{"Roman.java": wrong, "Main.java": readFile(t, examples, "java", "starter", "Main.java")})

	dir := t.ArtifactDir()
	push, err := os.Create(filepath.Join(dir, "push.svg"))
	check(t, err)
	defer push.Close()
	check(t, said.picture(push, "A push to grader: the student's program is built and tested, and fails some tests."))
	checkPicture(t, push.Name())
	if n := said.columns(); n*8 > pictureWidth-2*pictureMargin {
		t.Errorf("a line of %d characters is wider than the picture", n)
	}

	s.become(t, "alice")
	s.Do("set the window of the README", func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}, {Name: "prefers-reduced-motion", Value: "reduce"}}
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return chromedp.Void{}, err
	}, chromedp.EmulateViewport(900, 1030))
	s.Open("/c101/a1/alice/1")
	s.AwaitText("#status", "Graded")
	check(t, os.WriteFile(filepath.Join(dir, "submission.png"), s.Picture(false), 0o644))
	s.quiet(t)
}

const examples = "../docs/examples"

// pictureTests returns a directory with the tests of an example, whose points are divisible by three.
func pictureTests(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tests")
	check(t, os.CopyFS(dir, os.DirFS(filepath.Join(examples, "java"))))
	text := strings.ReplaceAll(readFile(t, dir, "assignment.yaml"), "points: 10", "points: 9")
	check(t, os.WriteFile(filepath.Join(dir, "assignment.yaml"), []byte(text), 0o644))
	return dir
}

// record pushes files as a student types it, and returns what the terminal shows. The server's address becomes
// an example's.
func (s *site) record(t *testing.T, login string, files map[string]string) *recording {
	t.Helper()
	dir := t.TempDir()
	check(t, demo.WriteFiles(dir, files))
	p := s.people[login]
	work, err := p.Commit(t.Context(), "c101/a1", dir)
	check(t, err)
	if got, err := p.Git(t.Context(), work, "remote", "add", "grader", p.URL("c101/a1")); err != nil || got.Exit != 0 {
		t.Fatalf("remote add: %v %s", err, got.Output)
	}
	said := &recording{}
	cmd := p.Command(t.Context(), work, "git", "push", "-o", "color", "grader", "main")
	cmd.Stdout, cmd.Stderr = said, said
	said.enter("git push -o color grader main")
	check(t, cmd.Run())
	addresses := strings.NewReplacer(s.server.Web, "https://grader.example.edu", p.Host, "grader.example.edu")
	for i := range said.lines {
		said.lines[i].text = addresses.Replace(said.lines[i].text)
	}
	return said
}

// checkPicture fails the test unless an SVG is well-formed, shows a whole push, and names no address or directory of this machine.
func checkPicture(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	check(t, err)
	for d := xml.NewDecoder(strings.NewReader(string(text))); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the picture is not XML: %v", err)
		}
	}
	for _, want := range []string{"git push", "submission 1", "FAIL", "pass", "/ 27", "https://grader.example.edu/c101/a1/alice/1", "ansi-red", "ansi-green"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the picture lacks %q:\n%s", want, text)
		}
	}
	for _, never := range []string{"127.0.0.1", "localhost", os.TempDir() + "/"} {
		if strings.Contains(string(text), never) {
			t.Errorf("the picture has %q:\n%s", never, text)
		}
	}
}
