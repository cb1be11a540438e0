package grade

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// textRule describes which encodings of a source a language's compiler or interpreter accepts. No
// language accepts UTF-16.
type textRule struct {
	strict bool // rejects NUL bytes and bytes that are not UTF-8; others accept such bytes
	noMark bool // rejects a byte order mark at the beginning, or takes it for a part of the first word
	cookie bool // a comment may name another encoding (Python's PEP 263)
	lines  bool // treats the CR of CR LF as part of the line
}

// textFlaw is an encoding error of a source.
type textFlaw struct {
	file  string
	line  int // 0: the whole file
	what  string
	way   string // what to do
	fatal bool   // the source cannot be compiled or run
}

// String returns "main.py:3: byte 0xfc is not UTF-8: save the file as UTF-8".
func (f textFlaw) String() string {
	if f.line == 0 {
		return fmt.Sprintf("%s %s: %s", f.file, f.what, f.way)
	}
	return fmt.Sprintf("%s:%d: %s: %s", f.file, f.line, f.what, f.way)
}

// maxTextFlaws is the maximum number of sources with a flaw that are named.
const maxTextFlaws = 5

// textFlaws returns the sources of a subject whose encoding their language does not accept. Without
// it, a compiler would report some byte, and an interpreter would fail only when a test runs.
func (b *subject) textFlaws() ([]textFlaw, error) {
	var flaws []textFlaw
	for _, f := range b.sources {
		rule, is := textRuleOf(f.name)
		if !is || !b.isWork(f.name) {
			continue
		}
		content, err := readCapped(filepath.FromSlash(f.from), maxSource)
		if err != nil {
			return nil, err
		}
		if flaw, bad := rule.judge(content); bad && len(flaws) < maxTextFlaws {
			flaw.file = f.name
			flaws = append(flaws, flaw)
		}
	}
	return flaws, nil
}

// textRuleOf returns the rule for a file by its extension, or false if no supported language reads
// the file.
func textRuleOf(name string) (textRule, bool) {
	for _, l := range languages() {
		if slices.Contains(l.endings, path.Ext(name)) {
			return l.text, true
		}
	}
	switch base := path.Base(name); {
	case base == "Makefile", base == "makefile", base == "GNUmakefile", path.Ext(base) == ".mk":
		return textRule{lines: true}, true
	case path.Ext(base) == ".sh":
		return textRule{lines: true, noMark: true}, true
	}
	return textRule{}, header(name)
}

// judge returns the first flaw of a source.
func (r textRule) judge(content []byte) (textFlaw, bool) {
	const save = "save the file as UTF-8"
	if name := wideEncoding(content); name != "" {
		return textFlaw{what: "is " + name, way: "save it as UTF-8", fatal: true}, true
	}
	if at := bytes.IndexByte(content, 0); at >= 0 {
		return textFlaw{line: lineOf(content, at), what: "a NUL byte in the source", way: save, fatal: r.strict}, true
	}
	const mark = "\xef\xbb\xbf"
	if r.noMark && bytes.HasPrefix(content, []byte(mark)) {
		return textFlaw{what: "begins with a byte order mark (U+FEFF)", way: "save it as UTF-8 without BOM", fatal: r.strict}, true
	}
	if at := bytes.Index(content, []byte("\r\n")); r.lines && at >= 0 {
		return textFlaw{line: lineOf(content, at), what: "CR LF line ends, and the CR is part of what is run", way: "save the file with LF line ends"}, true
	}
	if r.cookie && namesOtherEncoding(content) {
		return textFlaw{}, false
	}
	for at := 0; at < len(content); {
		c, n := utf8.DecodeRune(content[at:])
		if c == utf8.RuneError && n == 1 {
			what := fmt.Sprintf("byte 0x%02x is not UTF-8 (the file may be Latin-1 or Windows-1252)", content[at])
			return textFlaw{line: lineOf(content, at), what: what, way: save, fatal: r.strict}, true
		}
		at += n
	}
	return textFlaw{}, false
}

// wideEncoding returns the name of an encoding with two or four bytes for each character, or "" for
// any other. It recognises the byte order mark or, for UTF-16, the zeros between Latin letters.
func wideEncoding(content []byte) string {
	for _, known := range []struct{ mark, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(content, []byte(known.mark)) {
			return known.name
		}
	}
	start := content[:min(len(content), 1024)&^1]
	var zeros [2]int
	for i, c := range start {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(start) / 2
	if half >= 4 && (zeros[0] == 0 && zeros[1] >= half*3/4 || zeros[1] == 0 && zeros[0] >= half*3/4) {
		return "UTF-16"
	}
	return ""
}

// pythonCookie matches a line that names the encoding of a Python source.
var pythonCookie = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)`)

// namesOtherEncoding reports whether the first two lines of a Python source name an encoding other than UTF-8.
func namesOtherEncoding(content []byte) bool {
	for range 2 {
		var line []byte
		line, content, _ = bytes.Cut(content, []byte("\n"))
		if m := pythonCookie.FindSubmatch(line); m != nil {
			name := strings.ReplaceAll(strings.ToLower(string(m[1])), "_", "-")
			return name != "utf-8" && name != "utf8" && !strings.HasPrefix(name, "utf-8-")
		}
		if text := bytes.TrimSpace(line); len(text) > 0 && text[0] != '#' {
			return false
		}
	}
	return false
}

// judgeTexts notes the encoding errors of a subject's sources. With build: auto, fatal ones are a
// buildFailure. The assignment's own steps may convert the files, or not read them.
func (b *subject) judgeTexts(auto bool) error {
	flaws, err := b.textFlaws()
	if err != nil {
		return err
	}
	var fatal []string
	for _, f := range flaws {
		if auto && f.fatal {
			fatal = append(fatal, f.String())
		} else {
			b.notes = append(b.notes, wrapNote("note: "+f.String())...)
		}
	}
	if len(fatal) > 0 {
		return &buildFailure{strings.Join(fatal, "\n")}
	}
	return nil
}
