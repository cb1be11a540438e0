package report

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

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

// sarifOf returns a document with one result.
func sarifOf(run, result string) string {
	return `{"version":"2.1.0","runs":[{` + run + `"results":[` + result + `]}]}`
}

// inUTF16 returns a text in UTF-16 with its byte order mark, as some Windows tools write.
func inUTF16(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b.WriteString(string([]byte{byte(unit), byte(unit >> 8)}))
	}
	return b.String()
}

func TestSARIFEscapes(t *testing.T) {
	t.Parallel()
	const tool = `"tool":{"driver":{"globalMessageStrings":{"g":{"text":"all: {0}"}},"rules":[{"id":"R0"},{"id":"R1","messageStrings":{"default":{"text":"'{0}' and {1} of {{x}}"}}}]}},"artifacts":[{"location":{"uri":"file:///work/src/a%20b%C3%BC.c"}}],`
	place := func(uri string) string {
		return `{"ruleId":"R","message":{"text":"m"},"locations":[{"physicalLocation":{"artifactLocation":` + uri + `,"region":{"startLine":3}}}]}`
	}
	for name, c := range map[string]struct{ document, want string }{
		"percent signs":              {sarifOf("", place(`{"uri":"src/my%20list%23.c"}`)), "src/my list#.c:3: m (R)"},
		"a file's URI":               {sarifOf("", place(`{"uri":"file:///work/src/a%2Bb.c"}`)), "/work/src/a+b.c:3: m (R)"},
		"a file's URI with its host": {sarifOf("", place(`{"uri":"file://localhost/work/a.c"}`)), "/work/a.c:3: m (R)"},
		"another URI":                {sarifOf("", place(`{"uri":"https://example.com/a%20b"}`)), "https://example.com/a%20b:3: m (R)"},
		"a path with a percent sign": {sarifOf("", place(`{"uri":"src/100%.c"}`)), "src/100%.c:3: m (R)"},
		"a newline in a path":        {sarifOf("", place(`{"uri":"a%0Ab.c"}`)), "a�b.c:3: m (R)"},
		"a file by its index":        {sarifOf(tool, place(`{"index":0}`)), "/work/src/a bü.c:3: m (R)"},
		"an index out of range":      {sarifOf(tool, place(`{"index":7}`)), ":3: m (R)"},
		"a rule's message":           {sarifOf(tool, `{"ruleIndex":1,"message":{"id":"default","arguments":["a","b"]}}`), "'a' and b of {x} (R1)"},
		"the tool's message":         {sarifOf(tool, `{"rule":{"id":"R1"},"message":{"id":"g","arguments":["a {0}"]}}`), "all: a {0} (R1)"},
		"a missing argument":         {sarifOf(tool, `{"rule":{"index":1},"message":{"id":"default","arguments":["a"]}}`), "'a' and {1} of {x} (R1)"},
		"links and brackets":         {sarifOf("", `{"ruleId":"R","message":{"text":"[this \\[0\\]](1) flows to a\\[i\\] {{"}}`), "this [0] flows to a[i] { (R)"},
		"a byte order mark":          {"\xef\xbb\xbf" + sarifOf("", place(`{"uri":"a.c"}`)), "a.c:3: m (R)"},
		"UTF-16":                     {inUTF16(sarifOf("", place(`{"uri":"ü.c"}`))), "ü.c:3: m (R)"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := ReadSARIF([]byte(c.document))
			if err != nil || len(found) != 1 {
				t.Fatalf("%d findings, %v", len(found), err)
			}
			if got := found[0].String(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
