package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/grader/grader/runner/grade"
)

// framework is a submission with one unit test, graded by a grader and run by hand.
type framework struct {
	name       string
	tests      map[string]string // the tests repository
	submission map[string]string
	byHand     []string // shell commands in a directory with all files: build and run the test
}

// java measures javac and JUnit.
func (b *bench) java(ctx context.Context) error {
	image, err := grade.DetectImage(ctx)
	if err != nil {
		return err
	}
	classes := image.Variables["CLASSPATH_JUNIT"]
	if classes == "" {
		fmt.Println("java: this machine has no JUnit")
		return nil
	}
	const console = "org.junit.platform.console.ConsoleLauncher --scan-class-path"
	return b.frameworksOf(ctx, []framework{{
		name: "java",
		tests: map[string]string{
			"assignment.yaml": "title: Twice\nlimits: {time: 20s, memory: 512MiB}\nbuild:\n  - {name: compile, run: \"javac -proc:none -d out Twice.java\"}\n" +
				"tests:\n  - name: units\n    needs: [units/TwiceTest.java]\n" +
				"    compile: javac -proc:none -d $TEST_OUT -cp $CLASSPATH_JUNIT:$ARTEFACTS/out $NEEDS/units/TwiceTest.java\n" +
				"    run: java -cp $CLASSPATH_JUNIT:$TEST_OUT:out " + console + " $TEST_OUT --reports-dir $REPORTS --details summary --disable-banner\n" +
				"    report: junit\n    points: 10\n",
			"units/TwiceTest.java": "import static org.junit.jupiter.api.Assertions.assertEquals;\nimport org.junit.jupiter.api.Test;\n" +
				"class TwiceTest {\n    @Test\n    void doubles() {\n        assertEquals(4, Twice.of(2));\n    }\n}\n",
		},
		submission: map[string]string{"Twice.java": "class Twice {\n    static int of(int n) {\n        return 2 * n;\n    }\n}\n"},
		byHand: []string{
			"javac -proc:none -d out Twice.java && javac -proc:none -d test -cp " + classes + ":out units/TwiceTest.java",
			"java -cp " + classes + ":test:out " + console + " test --reports-dir reports --details summary --disable-banner",
		},
	}})
}

// frameworks measures pytest, Node's test runner and go test.
func (b *bench) frameworks(ctx context.Context) error {
	return b.frameworksOf(ctx, []framework{
		{
			name: "pytest",
			tests: map[string]string{
				"assignment.yaml": "title: Twice\nlimits: {time: 20s, memory: 512MiB}\ntests:\n  - name: units\n    needs: [units/test_twice.py]\n" +
					"    run: $PYTEST --junitxml=$REPORTS/units.xml $NEEDS/units\n    report: junit\n    points: 10\n",
				"units/test_twice.py": "from twice import twice\n\n\ndef test_doubles():\n    assert twice(2) == 4\n",
			},
			submission: map[string]string{"twice.py": "def twice(n):\n    return 2 * n\n"},
			byHand:     []string{"", "PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -c /dev/null -p no:cacheprovider -o pythonpath=. --junitxml=units.xml units"},
		},
		{
			name: "node",
			tests: map[string]string{
				"assignment.yaml": "title: Twice\nlimits: {time: 20s, memory: 1GiB}\ntests:\n  - name: units\n    needs: [units/twice.test.js]\n" +
					"    run: node --test --test-reporter=junit --test-reporter-destination=$REPORTS/units.xml $NEEDS/units/twice.test.js\n    report: junit\n    points: 10\n",
				"units/twice.test.js": "const test = require('node:test');\nconst assert = require('node:assert');\n" +
					"const twice = require(process.cwd() + '/twice.js');\ntest('doubles', () => assert.strictEqual(twice(2), 4));\n",
			},
			submission: map[string]string{"twice.js": "module.exports = n => 2 * n;\n"},
			byHand:     []string{"", "node --test --test-reporter=junit --test-reporter-destination=units.xml units/twice.test.js"},
		},
		{
			name: "go test",
			tests: map[string]string{
				"assignment.yaml": "title: Twice\nlimits: {time: 60s, memory: 1GiB, disk: 512MiB, processes: 512}\ntests:\n  - name: units\n    needs: [twice_test.go]\n" +
					"    run: cp $NEEDS/*_test.go . && go test -json ./...\n    report: go-test-json\n    points: 10\n",
				"twice_test.go": "package twice\n\nimport \"testing\"\n\nfunc TestDoubles(t *testing.T) {\n\tif Twice(2) != 4 {\n\t\tt.Fail()\n\t}\n}\n",
			},
			submission: map[string]string{"go.mod": "module twice\n\ngo 1.21\n", "twice.go": "package twice\n\nfunc Twice(n int) int { return 2 * n }\n"},
			byHand:     []string{"", "date +//%N >>twice.go && go test -json ./..."},
		},
	})
}

func (b *bench) frameworksOf(ctx context.Context, list []framework) error {
	graders, err := binaries()
	if err != nil {
		return err
	}
	for _, f := range list {
		fmt.Printf("%s, one class or file with one unit test\n", f.name)
		if err := b.framework(ctx, f, graders); err != nil {
			fmt.Printf("  not on this machine: %v\n", err)
		}
	}
	return nil
}

// framework measures one framework. The floor is the same work by hand, with every cache in the
// same state.
func (b *bench) framework(ctx context.Context, f framework, graders []binary) error {
	dir := filepath.Join(b.dir, "framework-"+strings.ReplaceAll(f.name, " ", "-"))
	tests, submission := filepath.Join(dir, "tests"), filepath.Join(dir, "submission")
	hand := filepath.Join(dir, "hand")
	for where, files := range map[string][]map[string]string{tests: {f.tests}, submission: {f.submission}, hand: {f.tests, f.submission}} {
		for _, each := range files {
			if err := writeFiles(where, each); err != nil {
				return err
			}
		}
	}
	solution := filepath.Join(tests, "solution")
	if err := writeFiles(solution, f.submission); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tests, "assignment.yaml"), []byte("solution: solution/\n"+f.tests["assignment.yaml"]), 0o644); err != nil {
		return err
	}
	built, ran := &costs{}, &costs{}
	graded := map[string]*costs{}
	for round := range b.runs + 1 {
		if err := f.handRound(ctx, hand, round, built, ran); err != nil {
			return err
		}
		for _, g := range graders {
			t, err := b.gradedWith(ctx, g, tests, submission)
			if err != nil {
				return err
			}
			if graded[g.name] == nil {
				graded[g.name] = &costs{}
			}
			if round > 0 {
				graded[g.name].add(t)
			}
		}
	}
	f.print(graders, graded, built, ran)
	return nil
}

// nothingYAML is an assignment whose only test does nothing.
const nothingYAML = "title: Nothing\ntests:\n  - {name: nothing, run: /bin/true}\n"

// gradedWith returns the time of a grading, minus the time of a `grader check` with an empty test.
func (b *bench) gradedWith(ctx context.Context, g binary, tests, submission string) (took, error) {
	nothing := filepath.Join(b.dir, "nothing")
	if err := writeFiles(nothing, map[string]string{"assignment.yaml": nothingYAML}); err != nil {
		return took{}, err
	}
	idle, _, err := g.check(ctx, nothing, submission, filepath.Join(b.dir, "nothing.pins"), "")
	if err != nil {
		return took{}, err
	}
	whole, _, err := g.check(ctx, tests, submission, filepath.Join(filepath.Dir(tests), "pins"), "")
	return whole.minus(idle), err
}

// handRound builds and runs by hand. The first round warms the caches.
func (f framework) handRound(ctx context.Context, dir string, round int, built, ran *costs) error {
	for i, into := range []*costs{built, ran} {
		if f.byHand[i] == "" {
			continue
		}
		t, _, err := runCommand(ctx, dir, "/bin/sh", "-c", f.byHand[i])
		if err != nil {
			return err
		}
		if round > 0 {
			into.add(t)
		}
	}
	return nil
}

// print prints a framework's rows. The floor of the total is the time to build and run by hand.
func (f framework) print(graders []binary, graded map[string]*costs, built, ran *costs) {
	whole := ran
	if f.byHand[0] != "" {
		built.print("built by hand", nil)
		whole = built.plus(ran)
	}
	ran.print("run by hand (floor)", nil)
	for _, g := range graders {
		graded[g.name].print(g.name, whole)
	}
	if len(graders) > 1 {
		graded[graders[0].name].against(graded[graders[1].name])
	}
}

// plus returns the pairwise sums of the durations in c and next.
func (c *costs) plus(next *costs) *costs {
	sum := &costs{}
	for i := range c.wall {
		sum.add(took{c.wall[i] + next.wall[i], c.cpu[i] + next.cpu[i]})
	}
	return sum
}
