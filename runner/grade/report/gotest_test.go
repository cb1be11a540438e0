package report

import (
	"testing"

	"github.com/grader/grader/schema/assignment"
)

func TestGoTest(t *testing.T) {
	t.Parallel()
	checkReadings(t, readGoTest, []readingCase{
		{"as documented", `{"Action":"start","Package":"example.com/calc"}
{"Action":"run","Package":"example.com/calc","Test":"TestAdd"}
{"Action":"output","Package":"example.com/calc","Test":"TestAdd","Output":"    a_test.go:5: off\n"}
{"Action":"fail","Package":"example.com/calc","Test":"TestAdd","Elapsed":0.5}
# a compiler's words
{"Action":"pass","Package":"example.com/calc","Test":"TestSub/neg"}
{"Action":"skip","Package":"command-line-arguments","Test":"TestX"}
{"Action":"fail","Package":"example.com/calc","Elapsed":0.5}
{"broken`, "calc.TestAdd failed \"a_test.go:5: off\" 500ms\ncalc.TestSub/neg passed\nTestX skipped\n"},
		{"-v -json: output without a newline hides the ends", `{"Action":"start","Package":"calc"}
{"Action":"run","Package":"calc","Test":"TestAdd"}
{"Action":"output","Package":"calc","Test":"TestAdd","Output":"=== RUN   TestAdd\n"}
{"Action":"output","Package":"calc","Test":"TestAdd","Output":"debug--- PASS: TestAdd (0.02s)\n"}
{"Action":"run","Package":"calc","Test":"TestSub"}
{"Action":"output","Package":"calc","Test":"TestSub","Output":"=== RUN   TestSub\n"}
{"Action":"output","Package":"calc","Test":"TestSub","Output":"x--- FAIL: TestSub (0.00s)\n"}
{"Action":"output","Package":"calc","Output":"FAIL\n"}
{"Action":"fail","Package":"calc"}
`, "calc.TestAdd passed \"debug\" 20ms\ncalc.TestSub failed \"x\\nFAIL\"\n"},
		{"a test that runs twice, and whose first end is hidden", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"x--- PASS: T (0.00s)\n"}
{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"--- FAIL: T (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"T"}
`, "p.T failed \"x\"\np.T passed \"x\"\n"},
		{"what an event says of a test is not said again", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"--- PASS: T (0.00s)\n"}
{"Action":"output","Package":"p","Test":"T","Output":"--- FAIL: T (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Output":"--- PASS: Never (0.00s)\n"}
`, "p.T passed\n"},
		{"the lines of the testing package are not shown", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"output","Package":"p","Test":"T","Output":"=== RUN   T\n"}
{"Action":"output","Package":"p","Test":"T","Output":"    a_test.go:3: 1 is not 2\n"}
{"Action":"output","Package":"p","Test":"T","Output":"=== PAUSE T\n"}
{"Action":"output","Package":"p","Test":"T","Output":"=== not one of them\n"}
{"Action":"output","Package":"p","Test":"T","Output":"--- FAIL: T (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"T"}
`, "p.T failed \"a_test.go:3: 1 is not 2\\n=== not one of them\"\n"},
		{"the same name in two packages", `{"Action":"run","Package":"m/a","Test":"T"}
{"Action":"run","Package":"m/b","Test":"T"}
{"Action":"output","Package":"m/a","Test":"T","Output":"one"}
{"Action":"output","Package":"m/b","Test":"T","Output":"two--- PASS: T (0.00s)\n"}
{"Action":"output","Package":"m/a","Test":"T","Output":"--- FAIL: T (0.00s)\n"}
`, "a.T failed \"one\"\nb.T passed \"two\"\n"},
		{"a test that did not end, in a package that failed", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"run","Package":"p","Test":"BenchmarkX"}
{"Action":"output","Package":"p","Test":"T","Output":"panic: test timed out after 1s\n"}
{"Action":"fail","Package":"p"}
`, "p.T failed \"the test did not end\" \"panic: test timed out after 1s\"\n"},
		{"a test that did not end, in a package that passed", `{"Action":"run","Package":"p","Test":"T"}
{"Action":"pass","Package":"p"}
`, ""},
		{"a test that did not end, in a package that did not end", `{"Action":"run","Package":"p","Test":"T"}
`, ""},
		{"without -json", "=== RUN   TestAdd\n--- PASS: TestAdd (0.00s)\nPASS\nok  \tcalc\t0.01s\n", "error: go test: the output has no events; write go test -json\n"},
		{"a compiler's words alone", "# calc\n./a.go:1: syntax error\nFAIL\tcalc [build failed]\n", ""},
	})
}

func TestTextOfGoTest(t *testing.T) {
	t.Parallel()
	format, err := FormatOf(assignment.ReportGoTest)
	if err != nil {
		t.Fatal(err)
	}
	const printed = `before
{"ImportPath":"calc [calc.test]","Action":"build-output","Output":"./a_test.go:5:2: undefined: Add\n"}
{"ImportPath":"calc [calc.test]","Action":"build-fail"}
{"Action":"start","Package":"calc"}
{"Action":"output","Package":"calc","Output":"FAIL\tcalc [build failed]\n"}
{"of":"a program"}
{"Action":"fail","Package":"calc"}
`
	const want = "before\n./a_test.go:5:2: undefined: Add\nFAIL\tcalc [build failed]\n{\"of\":\"a program\"}\n"
	if got := string(format.Text([]byte(printed))); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
