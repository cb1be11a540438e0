package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// told renders what a reader made of a document.
func told(read reader, document string) string {
	var l List
	var b strings.Builder
	err := read([]byte(document), &l)
	for _, c := range l.Cases {
		fmt.Fprintf(&b, "%s %s", c.Name, c.Verdict)
		for _, text := range []string{c.Message, c.Output} {
			if text != "" {
				fmt.Fprintf(&b, " %q", text)
			}
		}
		if c.Wall > 0 {
			fmt.Fprintf(&b, " %s", c.Wall)
		}
		b.WriteByte('\n')
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	return b.String()
}

func TestReports(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		read     reader
		document string
		want     string
	}{
		{"junit: of the JUnit console", readJUnit, `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="JUnit Jupiter" tests="3" skipped="1" failures="1" errors="0" time="0.1">
<testcase name="pops()" classname="StackTest" time="0.007"><failure message="expected: &lt;7&gt; but was: &lt;0&gt;" type="x"><![CDATA[org.opentest4j.AssertionFailedError
	at StackTest]]></failure><system-out><![CDATA[
unique-id: [engine:junit-jupiter]/[class:StackTest]/[method:pops()]
display-name: pops()
printed
]]></system-out></testcase>
<testcase name="pushes()" classname="StackTest" time="0.001"/>
<testcase name="later()" classname="StackTest"><skipped message="not now"/></testcase>
</testsuite>`, `StackTest.pops failed "expected: <7> but was: <0>" "org.opentest4j.AssertionFailedError\n\tat StackTest\nprinted" 7ms
StackTest.pushes passed 1ms
StackTest.later skipped "not now"
`},
		{"junit: of GoogleTest", readJUnit, `<testsuites><testsuite name="List">
<testcase name="Adds" status="run" result="completed" time="0." classname="List" />
<testcase name="DISABLED_x" status="notrun" result="suppressed" classname="List" />
<testcase name="Removes" status="run" classname="List"><failure message="a&#x0A;b" type=""></failure></testcase>
</testsuite></testsuites>`, "List.Adds passed\nList.DISABLED_x skipped\nList.Removes failed \"a\\nb\"\n"},
		{"junit: of cmocka, without classes", readJUnit, `<testsuites><testsuite name="t"><testcase name="adds" time="0.0"></testcase><testcase name="bad"><error message="segv"/></testcase></testsuite></testsuites>`,
			"adds passed\nbad failed \"segv\"\n"},
		{"junit: breaks off", readJUnit, `<testsuite><testcase classname="A" name="a"/><testcase classname="A" name="b"><failure`,
			"A.a passed\nerror: xml: XML syntax error on line 1: unexpected EOF\n"},
		{"junit: empty", readJUnit, ``, "error: xml: no report in it\n"},
		{"junit: something else", readJUnit, `<html><testcase name="a"/></html>`, "error: xml: root element \"html\" is no report\n"},
		{"junit: control characters", readJUnit, "<testsuite><testcase name='a\x1b[31m&#27;&#0;'/></testsuite>", "a�[31m�� passed\n"},
		{"junit: entities are not expanded", readJUnit, `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>`, "&b; passed\n"},
		{"ctest: Test.xml", readCTest, `<Site><Testing><TestList><Test>./a</Test></TestList>
<Test Status="passed"><Name>a</Name><Path>.</Path><Results><NamedMeasurement type="numeric/double" name="Execution Time"><Value>0.25</Value></NamedMeasurement><Measurement><Value>hello</Value></Measurement></Results></Test>
<Test Status="failed"><Name>b</Name><Results><Measurement><Value>boom</Value></Measurement></Results></Test>
<Test Status="notrun"><Name>c</Name></Test></Testing></Site>`, "a passed \"hello\" 250ms\nb failed \"boom\"\nc skipped\n"},
		{"ctest: --output-junit", readCTest, `<testsuite name="x"><testcase name="a" classname="a" time="0.01" status="run"><system-out>hi</system-out></testcase><testcase name="b" classname="b" status="fail"><failure message=""/></testcase></testsuite>`,
			"a passed \"hi\" 10ms\nb failed\n"},
		{"junit: of Node, which calls every class test", readJUnit, `<testsuites>
<testcase name="top" classname="test"/>
<testsuite name="list" tests="3"><testcase name="adds" classname="test"/>
<testsuite name="empty"><testcase name="adds" classname="test"><failure message="off"/></testcase></testsuite>
<testcase name="removes" classname="test"/></testsuite>
<testsuite name="map"><testcase name="adds" classname="test"/></testsuite></testsuites>`,
			"test.top passed\nlist.adds passed\nlist.empty.adds failed \"off\"\nlist.removes passed\nmap.adds passed\n"},
		{"tap: subtests of Node", readTAP, `TAP version 13
# Subtest: list
    # Subtest: adds
    ok 1 - adds
      ---
      duration_ms: 0.2
      ...
    # Subtest: empty
        # Subtest: adds
        not ok 1 - adds
          ---
          error: |-
            ok 7 - said so
          ...
        1..1
    not ok 2 - empty
      ---
      type: 'suite'
      ...
    1..2
not ok 1 - list
  ---
  type: 'suite'
  ...
# Subtest: parent
    # Subtest: child
    ok 1 - child
    1..1
not ok 2 - parent
  ---
  duration_ms: 1
  ...
# Subtest: hooked
    ok 1 - child
not ok 3 - hooked
  ---
  type: 'suite'
  error: 'after hook'
  ...
# Subtest: nothing
ok 4 - nothing
  ---
  type: 'suite'
  ...
1..4
`, `list/adds passed "duration_ms: 0.2"
list/empty/adds failed "error: |-\n  ok 7 - said so"
parent/child passed
parent failed "duration_ms: 1"
hooked/child passed
hooked failed "type: 'suite'\nerror: 'after hook'"
nothing passed "type: 'suite'"
`},
		{"tap: subtests of Perl, and what takes time", readTAP, "# Subtest: list\n    ok 1 - adds\n    ok 2 - removes\n    1..2\nok 1 - list\nok 2 - quick # time=12.3ms\nok 3 - slow # in 2 sec\nok 4 no. # 5\n  ---\nprinted\nok 5 - last\n    ok 1 - breaks off\n",
			"list/adds passed\nlist/removes passed\nlist passed\nquick passed\nslow passed\nno. # 5 passed\nlast passed\nbreaks off passed\n"},
		{"tap", readTAP, "TAP version 13\n1..6\nok 1 - adds\nnot ok 2 removes\n  ---\n  got: 3\n  ...\n# more\nok 3 # SKIP no\nnot ok 4 - later # TODO\n    not ok 1 - of a subtest\nok 5\n\x1b[32mok\x1b[0m 6 - coloured\r\nBail out! tired\nok 7 - no more\n",
			"adds passed\nremoves failed \"got: 3\\nmore\"\n3 skipped \"no\"\nlater skipped\n5/of a subtest failed\n5 passed\ncoloured passed\n"},
		{"tap: noise", readTAP, "okay then\nnot okay\nhello\n", ""},
		{"unity", readUnity, "test/a.c:12:test_adds:PASS\ntest/a.c:20:test_removes:FAIL: Expected 1 Was 2\na.c:9:test_later:IGNORE\n-----\n3 Tests 1 Failures 1 Ignored\nFAIL\n",
			"test_adds passed\ntest_removes failed \"Expected 1 Was 2\"\ntest_later skipped\n"},
		{"go test -json", readGoTest, `{"Action":"start","Package":"example.com/calc"}
{"Action":"run","Package":"example.com/calc","Test":"TestAdd"}
{"Action":"output","Package":"example.com/calc","Test":"TestAdd","Output":"    a_test.go:5: off\n"}
{"Action":"fail","Package":"example.com/calc","Test":"TestAdd","Elapsed":0.5}
# a compiler's words
{"Action":"pass","Package":"example.com/calc","Test":"TestSub/neg"}
{"Action":"skip","Package":"command-line-arguments","Test":"TestX"}
{"Action":"fail","Package":"example.com/calc","Elapsed":0.5}
{"broken`, "calc.TestAdd failed \"a_test.go:5: off\" 500ms\ncalc.TestSub/neg passed\nTestX skipped\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, told(test.read, test.document)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReportCaps(t *testing.T) {
	t.Parallel()
	var l List
	many := "<testsuite>" + strings.Repeat(`<testcase name="a"/>`, maxCases+5) + "</testsuite>"
	if err := readJUnit([]byte(many), &l); !errors.Is(err, ErrTooLarge) || len(l.Cases) != maxCases {
		t.Errorf("too many cases: %v, %d", err, len(l.Cases))
	}
	l = List{}
	if err := readJUnit([]byte(strings.Repeat("<testsuite>", maxDepth+5)), &l); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too deep: %v", err)
	}
	l = List{}
	long := "<testsuite>" + strings.Repeat(`<testcase name="`+strings.Repeat("n", 5000)+`"><failure message="m">`+strings.Repeat("x", 1<<20)+"</failure></testcase>", 6) + "</testsuite>"
	if err := readJUnit([]byte(long), &l); err != nil || len(l.Cases) != 6 {
		t.Errorf("long texts: %v, %d cases", err, len(l.Cases))
	}
	for _, c := range l.Cases {
		if len(c.Name) > maxName+4 || len(c.Output) > maxText+100 {
			t.Errorf("a case has a name of %d and an output of %d bytes", len(c.Name), len(c.Output))
		}
	}
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	found, err := ReadSARIF([]byte(`{"version":"2.1.0","runs":[{"results":[
 {"ruleId":"Indent","message":{"text":"indent by 4"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/A.java"},"region":{"startLine":7}}}]},
 {"ruleId":"Ok","kind":"pass","message":{"text":"fine"}},
 {"ruleId":"Note","kind":"informational","level":"none","message":{"text":"fyi"}},
 {"ruleId":"Known","message":{"text":"x"},"suppressions":[{"kind":"inSource"}]},
 {"ruleId":"Gone","message":{"text":"x"},"baselineState":"absent"},
 {"ruleId":"Bare","message":{"text":"no place"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		got = append(got, f.String())
	}
	if diff := cmp.Diff([]string{"src/A.java:7: indent by 4 (Indent)", "no place (Bare)"}, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "{}", `{"version":"1.0.0"}`, "[]", `{"version":"2.1.0","runs":3}`} {
		if _, err := ReadSARIF([]byte(bad)); err == nil {
			t.Errorf("%q is taken for SARIF", bad)
		}
	}
}

// fuzzReport checks that a reader of strangers' text keeps to the caps and to what may
// be printed.
func fuzzReport(f *testing.F, read reader, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		var l List
		_ = read(document, &l)
		if len(l.Cases) > maxCases {
			t.Fatalf("%d cases", len(l.Cases))
		}
		for _, c := range l.Cases {
			for _, text := range []string{c.Name, c.Message, c.Output} {
				if !utf8.ValidString(text) || schema.Sanitize(text) != text {
					t.Errorf("unfit text %q", text)
				}
			}
			if c.Name == "" || len(c.Name) > 2*maxName || len(c.Output) > 2*maxText || c.Wall < 0 || c.Wall > time.Hour {
				t.Errorf("case out of bounds: %d, %d, %s", len(c.Name), len(c.Output), c.Wall)
			}
			if c.Verdict != Passed && c.Verdict != Failed && c.Verdict != Skipped {
				t.Errorf("verdict %q", c.Verdict)
			}
		}
	})
}

func FuzzJUnit(f *testing.F) {
	fuzzReport(f, readJUnit,
		`<testsuites><testsuite name="s"><testcase classname="A" name="a()" time="0.1"><failure message="m">t</failure></testcase></testsuite></testsuites>`,
		`<testsuite><testcase name="b"><skipped/></testcase><testcase`, "<testsuite>\x00&#0;&#xD800;&bad;</testsuite>", `<a:testsuite><testcase name="x"/></b>`)
}

func FuzzCTest(f *testing.F) {
	fuzzReport(f, readCTest, `<Site><Testing><Test Status="passed"><Name>a</Name><Results><NamedMeasurement name="Execution Time"><Value>1e300</Value></NamedMeasurement></Results></Test></Testing></Site>`)
}

func FuzzTAP(f *testing.F) {
	fuzzReport(f, readTAP, "1..2\nok 1 - a\nnot ok 2 b # TODO x\n# d\n", "ok\nnot ok\nBail out!", "ok 1 - a # b # SKIP c")
}

func FuzzUnity(f *testing.F) {
	fuzzReport(f, readUnity, "a.c:1:t:PASS\na.c:2:u:FAIL: x:y\nb:3:v:IGNORE", ":1::PASS")
}

func FuzzGoTest(f *testing.F) {
	fuzzReport(f, readGoTest, `{"Action":"output","Test":"T","Output":"x"}`+"\n"+`{"Action":"fail","Test":"T","Elapsed":1e308}`, `{"Action":"pass","Package":"a/b","Test":"T/s"}`)
}

func FuzzSARIF(f *testing.F) {
	f.Add([]byte(`{"version":"2.1.0","runs":[{"results":[{"ruleId":"r","message":{"text":"t"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"u"},"region":{"startLine":-1}}}]}]}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		found, _ := ReadSARIF(document)
		for _, x := range found {
			if s := x.String(); schema.Sanitize(s) != s {
				t.Errorf("unfit text %q", s)
			}
		}
	})
}
