package report

import (
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// fuzzReport checks that a reader of untrusted text keeps the limits and returns only printable
// text. Its seeds are the given ones, and frameworks' output in files whose names match.
func fuzzReport(f *testing.F, read reader, files string, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	for file, document := range realReports(f) {
		if match, _ := filepath.Match(files, filepath.Base(file)); match {
			f.Add([]byte(document))
		}
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
	fuzzReport(f, readJUnit, "*.xml",
		`<testsuites><testsuite name="s"><testcase classname="A" name="a()" time="0.1"><failure message="m">t</failure></testcase></testsuite></testsuites>`,
		`<testsuite><testcase name="b"><skipped/></testcase><testcase`, "<testsuite>\x00&#0;&#xD800;&bad;</testsuite>", `<a:testsuite><testcase name="x"/></b>`,
		"\xff\xfe<\x00a\x00>\x00", "<?xml version=\"1.1\" encoding=\"latin1\"?><testsuite>\u0085</testsuite>", "<testsuite><![CDATA[a]]>b]]></failure><![CDATA[")
}

func FuzzCTest(f *testing.F) {
	fuzzReport(f, readCTest, "ctest*", `<Site><Testing><Test Status="passed"><Name>a</Name><Results><NamedMeasurement name="Execution Time"><Value>1e300</Value></NamedMeasurement></Results></Test></Testing></Site>`)
}

func FuzzTAP(f *testing.F) {
	fuzzReport(f, readTAP, "*.tap", "1..2\nok 1 - a\nnot ok 2 b # TODO x\n# d\n", "ok\nnot ok\nBail out!", "ok 1 - a # b # SKIP c", "# Subtest: a\n    x ok 1 - \\\\# b\ny    ok 2\n1..1\nz ok 1", `ok 1 \\\# skip`)
}

func FuzzUnity(f *testing.F) {
	fuzzReport(f, readUnity, "unity*", "a.c:1:t:PASS\na.c:2:u:FAIL: x:y\nb:3:v:IGNORE", ":1::PASS", `a:1:\xC3\xB6(f(":")):FAIL: \x`)
}

func FuzzGoTest(f *testing.F) {
	fuzzReport(f, readGoTest, "gotest*", `{"Action":"output","Test":"T","Output":"x"}`+"\n"+`{"Action":"fail","Test":"T","Elapsed":1e308}`, `{"Action":"pass","Package":"a/b","Test":"T/s"}`,
		`{"Action":"output","Output":"=== RUN   A"}`+"\n"+`{"Action":"output","Output":"\nx--- PASS: A (9999999999999.0s)\n"}`+"\n"+`{"Action":"fail"}`)
}

func FuzzSARIF(f *testing.F) {
	f.Add([]byte(`{"version":"2.1.0","runs":[{"results":[{"ruleId":"r","message":{"text":"t"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"u"},"region":{"startLine":-1}}}]}]}]}`))
	f.Add([]byte(sarifOf(`"tool":{"driver":{"rules":[{"id":"R","messageStrings":{"d":{"text":"{0}{{[a](1)"}}}]}},`, `{"ruleIndex":0,"message":{"id":"d","arguments":["x"]},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file://a%0A","index":-1}}}]}`)))
	f.Add([]byte("\xff\xfe{\x00"))
	f.Fuzz(func(t *testing.T, document []byte) {
		found, _ := ReadSARIF(document)
		for _, x := range found {
			if s := x.String(); schema.Sanitize(s) != s {
				t.Errorf("unfit text %q", s)
			}
		}
	})
}

// FuzzGradescope checks that a results.json is either rejected with a message or read within the
// limits.
func FuzzGradescope(f *testing.F) {
	for _, seed := range []string{
		`{"score": 1, "tests": [{"name": "a", "score": "1", "max_score": 2, "output": "<b>x", "output_format": "html", "visibility": "hidden"}]}`,
		`{"score": NaN}`, `{"tests": [null, 3]}`, "\ufeff{}", `{"output": "\u001b[31m", "output_format": "ansi", "score": 1e400}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		g, err := ReadGradescope(document)
		if err != nil {
			if err.Error() == "" {
				t.Error("a refusal without words")
			}
			return
		}
		for _, text := range append([]string{g.Output, g.Staff}, g.Remarks...) {
			if schema.Sanitize(text) != text {
				t.Errorf("%q is not printable", text)
			}
		}
		for _, test := range g.Tests {
			if test.Name == "" || schema.Sanitize(test.Name+test.Output+test.Staff) != test.Name+test.Output+test.Staff {
				t.Errorf("%+v is not printable, or has no name", test)
			}
		}
	})
}
