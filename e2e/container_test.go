package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// adders holds programs for `build: auto` that add two numbers.
var adders = map[string]map[string]string{
	"c": {"add.c": `#include <stdio.h>
int main(void) { int a, b; if (scanf("%d %d", &a, &b) != 2) return 1; printf("%d\n", a + b); return 0; }
`},
	"cpp": {"add.cpp": `#include <iostream>
int main() { int a, b; std::cin >> a >> b; std::cout << a + b << '\n'; }
`},
	"java": {"Main.java": `import java.util.Scanner;
class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        System.out.println(in.nextInt() + in.nextInt());
    }
}
`},
	"python": {"main.py": "a, b = map(int, input().split())\nprint(a + b)\n"},
}

const adds = `title: Sums
build: auto
solution: solution/
tests:
  - {name: small, run: $PROGRAM, stdin: "1 2\n", stdout: "3\n", points: 2}
  - {name: negative, run: $PROGRAM, stdin: "-5 2\n", stdout: "-3\n", points: 3}
`

// A container and a process on this machine give the same verdicts for the same pushes: a
// right one, a wrong one, and one that does not compile.
func TestContainersAndProcessesGiveEqualVerdicts(t *testing.T) {
	t.Parallel()
	needContainers(t)
	here := newClassroom(t, "", "alice")
	there := (&classroom{t: t, config: inContainers(t, graderImage, 1, 2)}).open("alice")
	id := imageID(t, graderImage)
	for language, right := range adders {
		t.Run(language, func(t *testing.T) {
			for _, c := range []*classroom{here, there} {
				c.setFiles(language, map[string]string{"assignment.yaml": adds}, right)
			}
			scores := []string{"5 compiled", "0 compiled", "0 compile-error"}
			for n, files := range []map[string]string{right, changed(right, "a + b", "a - b"), changed(right, "a + b", "a +* b")} {
				local := here.submits("alice", language, n+1, files)
				contained := there.submits("alice", language, n+1, files)
				if diff := cmp.Diff(inWords(local), inWords(contained)); diff != "" {
					t.Errorf("push %d (-process +container):\n%s", n+1, diff)
				}
				if got := fmt.Sprintf("%s %s", contained.Score, built(contained)); got != scores[n] {
					t.Errorf("push %d: %s, not %s", n+1, got, scores[n])
				}
				if p := contained.Provenance; p.Image != id || p.Wall != "uid" {
					t.Errorf("graded in %s behind wall %s, not in %s", p.Image, p.Wall, id)
				}
			}
		})
	}
	if runners, _ := there.runnersOf("alice"); len(runners) != 3*len(adders) {
		t.Errorf("%d pushes were graded by %d containers", 3*len(adders), len(runners))
	}
}

// built returns the result of a submission's build.
func built(s schema.PublicSubmission) string {
	if s.Build != nil && s.Build.Outcome == schema.OutcomeCompileError {
		return "compile-error"
	}
	return "compiled"
}

// changed returns a program with one expression replaced.
func changed(files map[string]string, old, new string) map[string]string {
	other := make(map[string]string, len(files))
	for name, text := range files {
		other[name] = strings.NewReplacer(old, new, "in.nextInt() + in", "in.nextInt() "+strings.Fields(new)[1]+" in").Replace(text)
	}
	return other
}

// Ten students push at once. Each push is graded in a separate container.
func TestTenPushesInContainersAtOnce(t *testing.T) {
	t.Parallel()
	needContainers(t)
	var students []string
	for n := range 10 {
		students = append(students, fmt.Sprintf("student%d", n))
	}
	c := (&classroom{t: t, config: inContainers(t, graderImage, 2, 4)}).open(students...)
	var pushes []*live
	for _, login := range students {
		c.work(login, "", "right")
		pushes = append(pushes, c.push(login))
	}
	for n, l := range pushes {
		if said, status := l.end(); status != 0 || !strings.Contains(said, "2 / 2") {
			t.Errorf("%s: exit status %d\n%s", students[n], status, said)
		}
	}
	all := map[string]bool{}
	for _, login := range students {
		c.graded(login, 1)
		runners, attempts := c.runnersOf(login)
		for r := range runners {
			all[r] = true
		}
		if attempts != 1 {
			t.Errorf("%s took %d attempts", login, attempts)
		}
	}
	if len(all) != len(students) {
		t.Errorf("%d pushes were graded by %d containers", len(students), len(all))
	}
}

// A container is killed in the middle of a job. Another one grades the push.
func TestContainerKilledDuringJob(t *testing.T) {
	t.Parallel()
	needContainers(t)
	c := (&classroom{t: t, config: inContainers(t, graderImage, 1, 1)}).open("alice")
	c.work("alice", naps, "right")
	l := c.push("alice")
	l.await("running on a fresh standard runner")
	killed := c.containers()
	if len(killed) != 1 {
		t.Fatalf("%d containers run, with room for one", len(killed))
	}
	docker(t, "kill", killed[0])
	if said, status := l.end(); status != 0 || !strings.Contains(said, "2 / 2") {
		t.Errorf("exit status %d\n%s", status, said)
	}
	c.graded("alice", 1)
	if _, attempts := c.runnersOf("alice"); attempts != 2 {
		t.Errorf("it was graded at attempt %d", attempts)
	}
}

// When a server is killed, its containers stop, and the next server starts new ones.
func TestKilledServersContainersEnd(t *testing.T) {
	t.Parallel()
	needContainers(t)
	c := (&classroom{t: t, config: inContainers(t, graderImage, 1, 1)}).open("alice")
	c.work("alice", naps, "right")
	l := c.push("alice")
	l.await("running on a fresh standard runner")
	before := c.containers()
	c.server.Kill()
	l.end()
	c.serve()
	c.graded("alice", 1)
	for _, id := range c.containers() {
		if id == before[0] {
			t.Error("the dead server's container lives")
		}
	}
}
