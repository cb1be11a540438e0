package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/grader/grader/runner/grade"
)

// framework is a submission with one unit test, graded by a grader and run by hand.
type framework struct {
	name       string
	tests      map[string]string // the tests repository
	built      string            // an assignment that builds the same, and runs /bin/true; "" if nothing is built
	submission map[string]string
	first      string // a shell command that prepares what is done by hand, once
	byHand     []hand // the last one is the floor
}

// hand is the work by hand: shell commands in a directory with all files.
type hand struct{ name, build, run string }

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
	const junit = console + " test --reports-dir reports --details summary --disable-banner"
	const compiled = "title: Twice\nlimits: {time: 20s, memory: 512MiB}\nbuild:\n  - {name: compile, run: \"javac -proc:none -d out Twice.java\"}\n" +
		"tests:\n  - name: units\n    needs: [units/TwiceTest.java]\n" +
		"    compile: javac -proc:none -d $TEST_OUT -cp $CLASSPATH_JUNIT:$ARTEFACTS/out $NEEDS/units/TwiceTest.java\n"
	return b.frameworksOf(ctx, []framework{{
		name:  "java",
		built: compiled + "    run: /bin/true\n",
		tests: map[string]string{
			"assignment.yaml": compiled + "    run: java -cp $CLASSPATH_JUNIT:$TEST_OUT:out " + console + " $TEST_OUT --reports-dir $REPORTS --details summary --disable-banner\n" +
				"    report: junit\n    points: 10\n",
			"units/TwiceTest.java": "import static org.junit.jupiter.api.Assertions.assertEquals;\nimport org.junit.jupiter.api.Test;\n" +
				"class TwiceTest {\n    @Test\n    void doubles() {\n        assertEquals(4, Twice.of(2));\n    }\n}\n",
		},
		submission: map[string]string{"Twice.java": "class Twice {\n    static int of(int n) {\n        return 2 * n;\n    }\n}\n"},
		first: "mkdir archives && " + javacTwice(classes, "-J-XX:+UseSerialGC -J-XX:ArchiveClassesAtExit=archives/javac.jsa") +
			" && jar --create --file archives/tests.jar -C test . && " +
			"java -XX:+UseSerialGC -XX:ArchiveClassesAtExit=archives/junit.jsa -cp " + classes + " " + console + " --class-path archives/tests.jar:out --details none --disable-banner",
		byHand: []hand{
			{"by hand, Java's settings", javacTwice(classes, ""), "java -cp " + classes + ":test:out " + junit},
			{
				"by hand, class-data archives", javacTwice(classes, "-J-XX:+UseSerialGC -J-XX:TieredStopAtLevel=1 -J-XX:SharedArchiveFile=archives/javac.jsa"),
				"java -XX:+UseSerialGC -XX:SharedArchiveFile=archives/junit.jsa -cp " + classes + ":test:out " + junit,
			},
		},
	}})
}

// javacTwice compiles the class, and then its test.
func javacTwice(classes, options string) string {
	return "javac " + options + " -proc:none -d out Twice.java && javac " + options + " -proc:none -d test -cp " + classes + ":out units/TwiceTest.java"
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
			byHand:     []hand{{run: "PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -c /dev/null -p no:cacheprovider -o pythonpath=. --junitxml=units.xml units"}},
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
			byHand:     []hand{{run: "node --test --test-reporter=junit --test-reporter-destination=units.xml units/twice.test.js"}},
		},
		{
			name: "go test",
			tests: map[string]string{
				"assignment.yaml": "title: Twice\nlimits: {time: 60s, memory: 1GiB, disk: 512MiB, processes: 512}\ntests:\n  - name: units\n    needs: [twice_test.go]\n" +
					"    run: cp $NEEDS/*_test.go . && go test -json ./...\n    report: go-test-json\n    points: 10\n",
				"twice_test.go": "package twice\n\nimport \"testing\"\n\nfunc TestDoubles(t *testing.T) {\n\tif Twice(2) != 4 {\n\t\tt.Fail()\n\t}\n}\n",
			},
			submission: map[string]string{"go.mod": "module twice\n\ngo 1.21\n", "twice.go": "package twice\n\nfunc Twice(n int) int { return 2 * n }\n"},
			byHand:     []hand{{run: "date +//%N >>twice.go && go test -json ./..."}},
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
	if err := f.write(dir); err != nil {
		return err
	}
	hand := filepath.Join(dir, "hand")
	if f.first != "" {
		if _, _, err := b.meter.costOf(ctx, hand, "/bin/sh", "-c", f.first); err != nil {
			return err
		}
	}
	hands, graded := make([]phases, len(f.byHand)), make([]phases, len(graders))
	for round := range b.runs + 1 { // the first round warms the caches
		for i, h := range f.byHand {
			p, err := b.handRound(ctx, hand, h)
			if err != nil {
				return err
			}
			hands[i].add(p, round > 0)
		}
		for i, g := range graders {
			p, err := b.gradedWith(ctx, f, g, dir)
			if err != nil {
				return err
			}
			graded[i].add(p, round > 0)
		}
	}
	f.print(graders, graded, hands)
	return nil
}

// write writes the files of all assignments, of the submission, and for the work by hand.
func (f framework) write(dir string) error {
	built, tests := maps.Clone(f.tests), maps.Clone(f.tests)
	built["assignment.yaml"] = f.built
	tests["assignment.yaml"] = "solution: solution/\n" + f.tests["assignment.yaml"]
	for name, text := range f.submission {
		tests["solution/"+name] = text
	}
	for where, files := range map[string][]map[string]string{
		"nothing": {{"assignment.yaml": nothingYAML}}, "built": {built}, "tests": {tests}, "submission": {f.submission}, "hand": {f.tests, f.submission},
	} {
		for _, each := range files {
			if err := writeFiles(filepath.Join(dir, where), each); err != nil {
				return err
			}
		}
	}
	return nil
}

// phases holds the costs of building and running.
type phases struct{ build, run, whole costs }

// part is one measurement: building, and running.
type part struct{ build, run took }

// add adds a measurement if it counts.
func (p *phases) add(m part, counts bool) {
	if counts {
		p.build.add(m.build)
		p.run.add(m.run)
		p.whole.add(m.build.plus(m.run))
	}
}

// nothingYAML is an assignment whose only test does nothing.
const nothingYAML = "title: Nothing\ntests:\n  - {name: nothing, run: /bin/true}\n"

// gradedWith returns the time of a grading, minus the time of a `grader check` with an empty test. Building is measured by an
// assignment that builds the same and has an empty test.
func (b *bench) gradedWith(ctx context.Context, f framework, g binary, dir string) (part, error) {
	check := func(tests string) (took, error) {
		t, _, err := g.check(ctx, b.meter, filepath.Join(dir, tests), filepath.Join(dir, "submission"), filepath.Join(dir, tests+".pins"), "")
		return t, err
	}
	idle, err := check("nothing")
	if err != nil {
		return part{}, err
	}
	built := idle
	if f.built != "" {
		if built, err = check("built"); err != nil {
			return part{}, err
		}
	}
	whole, err := check("tests")
	return part{built.minus(idle), whole.minus(built)}, err
}

// handRound builds and runs by hand.
func (b *bench) handRound(ctx context.Context, dir string, h hand) (p part, err error) {
	if h.build != "" {
		if p.build, _, err = b.meter.costOf(ctx, dir, "/bin/sh", "-c", h.build); err != nil {
			return part{}, err
		}
	}
	p.run, _, err = b.meter.costOf(ctx, dir, "/bin/sh", "-c", h.run)
	return p, err
}

// print prints a framework's rows. The floor is the last work by hand.
func (f framework) print(graders []binary, graded, hands []phases) {
	floor := &hands[len(hands)-1]
	for i, h := range f.byHand {
		if h.build == "" {
			hands[i].whole.print("by hand (floor)", nil)
			continue
		}
		hands[i].build.print("build "+h.name, nil)
		hands[i].run.print("run "+h.name, nil)
		hands[i].whole.print("both "+h.name, nil)
	}
	for i, g := range graders {
		if f.byHand[0].build != "" {
			graded[i].build.print("build with "+g.name, &floor.build)
			graded[i].run.print("run with "+g.name, &floor.run)
		}
		graded[i].whole.print(g.name, &floor.whole)
	}
	if len(graders) > 1 {
		graded[0].whole.against(&graded[1].whole)
	}
}
