package report

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// suite returns a report with this declaration and one case with this name.
func suite(declaration, name string) string {
	return declaration + "\n<testsuite name=\"s\"><testcase classname=\"A\" name=\"" + name + "\"/></testsuite>\n"
}

func TestXMLEncodings(t *testing.T) {
	t.Parallel()
	declared := func(label string) string { return `<?xml version="1.0" encoding="` + label + `"?>` }
	for name, c := range map[string]struct {
		document string
		encoding encoding.Encoding
		want     string
	}{
		"Latin-1":                                 {suite(declared("ISO-8859-1"), "grün"), charmap.ISO8859_1, "A.grün passed\n"},
		"Latin-1, in other words":                 {suite("<?xml version='1.0'\n  encoding = 'latin1' standalone='yes' ?>", "grün"), charmap.ISO8859_1, "A.grün passed\n"},
		"Latin-9":                                 {suite(declared("iso-8859-15"), "5 €"), charmap.ISO8859_15, "A.5 € passed\n"},
		"windows-1252":                            {suite(declared("Windows-1252"), "“5 €”"), charmap.Windows1252, "A.“5 €” passed\n"},
		"windows-1251":                            {suite(declared("windows-1251"), "список"), charmap.Windows1251, "A.список passed\n"},
		"ASCII":                                   {suite(declared("us-ascii"), "gr&#252;n"), nil, "A.grün passed\n"},
		"UTF-8 that is declared ASCII":            {suite(declared("US-ASCII"), "grün"), nil, "A.grün passed\n"},
		"UTF-8":                                   {suite(declared("utf-8"), "grün"), nil, "A.grün passed\n"},
		"UTF-8 with a mark":                       {"\ufeff" + suite(declared("UTF-8"), "grün"), nil, "A.grün passed\n"},
		"UTF-8 that is declared UTF-16":           {suite(declared("utf-16"), "grün"), nil, "A.grün passed\n"},
		"UTF-16, little endian":                   {suite(declared("UTF-16"), "grün 😀"), unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "A.grün 😀 passed\n"},
		"UTF-16, big endian":                      {suite(declared("UTF-16"), "grün"), unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "A.grün passed\n"},
		"UTF-16 without a mark":                   {suite(declared("UTF-16LE"), "grün"), unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "A.grün passed\n"},
		"UTF-16 without a mark, big endian":       {suite("", "grün")[1:], unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "A.grün passed\n"},
		"UTF-32":                                  {suite(declared("UTF-32"), "grün"), utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "A.grün passed\n"},
		"UTF-16 that breaks off":                  {suite("", "grün")[1:30] + "\x00", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "error: xml: XML syntax error on line 1: unexpected EOF\n"},
		"XML 1.1":                                 {suite(`<?xml version="1.1" encoding="UTF-8"?>`, "a&#1;b"), nil, "A.a�b passed\n"},
		"XML 1.1 in Latin-1":                      {suite(`<?xml version="1.1" encoding="ISO-8859-1"?>`, "grün"), charmap.ISO8859_1, "A.grün passed\n"},
		"XML 1.1 with its own ends of lines":      {"<?xml version=\"1.1\"?>\u0085<testsuite>\u2028<testcase name=\"a\"\u0085classname=\"A\"/></testsuite>", nil, "A.a passed\n"},
		"XML 1.1 with raw control characters":     {suite(`<?xml version="1.1"?>`, "a\x01\x7f\x1bb"), nil, "A.a���b passed\n"},
		"a declaration of an unknown encoding":    {suite(declared("klingon-8"), "a"), nil, "error: xml: the encoding \"klingon-8\" is unknown; write the report in UTF-8\n"},
		"an encoding that is not read for safety": {suite(declared("ISO-2022-KR"), "a"), nil, "error: xml: the encoding \"iso-2022-kr\" is unknown; write the report in UTF-8\n"},
		"UTF-7":                                  {suite(declared("UTF-7"), "a"), nil, "error: xml: the encoding \"utf-7\" is unknown; write the report in UTF-8\n"},
		"a mark alone":                           {"\ufeff", nil, "error: xml: the document is empty\n"},
		"a UTF-16 mark alone":                    {"\ufeff", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "error: xml: the document is empty\n"},
		"lines are counted with the declaration": {"<?xml version=\"1.1\"\n?>\n<testsuite>\n<testcase name=\"a", nil, "error: xml: XML syntax error on line 4: unexpected EOF\n"},
		"a second document with a declaration":   {suite(declared("UTF-8"), "a") + suite(declared("ISO-8859-1"), "b"), nil, "A.a passed\nA.b passed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			document := c.document
			if c.encoding != nil {
				var err error
				if document, err = c.encoding.NewEncoder().String(document); err != nil {
					t.Fatal(err)
				}
			}
			if got := told(readJUnit, document); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestXMLThatIsNotAReport(t *testing.T) {
	t.Parallel()
	var l List
	if err := readJUnit([]byte(`<coverage version="1"><package name="a"/></coverage>`), &l); err == nil || !strings.Contains(err.Error(), `"coverage"`) {
		t.Errorf("%v", err)
	}
}

func TestSuiteTotals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document          string
		stated, misstated bool
	}{
		"right":              {`<testsuite tests="2" failures="1"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>`, true, false},
		"a failed case less": {`<testsuite tests="2"><testcase name="a"/></testsuite>`, true, false},
		"a passed case more": {`<testsuite tests="2" failures="1"><testcase name="a"/><testcase name="b"/></testsuite>`, true, true},
		"a case and its clean-up fail, as pytest counts": {`<testsuite name="pytest" errors="2" failures="1" skipped="1" tests="5">
			<testcase name="a"><failure/></testcase><testcase name="a"><error/></testcase><testcase name="b"><error/></testcase><testcase name="c"/><testcase name="d"><skipped/><skipped/></testcase></testsuite>`, true, false},
		"a hook of Node's fails":                      {`<testsuites><testsuite name="s" tests="1" failures="0"><testcase name="a"/></testsuite></testsuites>`, true, false},
		"cases of suites within, counted outside":     {`<testsuite tests="2"><testcase name="a"/><testsuite tests="1"><testcase name="b"/></testsuite></testsuite>`, true, false},
		"cases of suites within, not counted outside": {`<testsuite tests="1"><testcase name="a"/><testsuite tests="1"><testcase name="b"/></testsuite></testsuite>`, true, false},
		"a failure less":                              {`<testsuite tests="1" failures="1"><testcase name="a"/></testsuite>`, true, true},
		"no totals":                                   {`<testsuite><testcase name="a"/></testsuite>`, false, false},
		"a setup of cmocka's fails":                   {`<testsuites><testsuite name="t" tests="0" failures="0" errors="1" skipped="0"></testsuite></testsuites>`, true, false},
	} {
		var l List
		if err := readJUnit([]byte(c.document), &l); err != nil || l.Stated != c.stated || l.Misstated != c.misstated {
			t.Errorf("%s: stated %t, misstated %t, %v", name, l.Stated, l.Misstated, err)
		}
	}
}
