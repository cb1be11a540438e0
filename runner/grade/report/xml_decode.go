package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/grader/grader/schema"
)

// byteOrder is an encoding with the first bytes by which it is recognised.
type byteOrder struct {
	begin    string
	mark     bool // it is a byte order mark; otherwise it is "<" in a document without a mark
	encoding encoding.Encoding
}

// byteOrders returns the encodings whose characters are not single bytes. Longer byte sequences
// come first.
func byteOrders() []byteOrder {
	little16, big16 := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	little32, big32 := utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	return []byteOrder{
		{"\xff\xfe\x00\x00", true, little32},
		{"\x00\x00\xfe\xff", true, big32},
		{"<\x00\x00\x00", false, little32},
		{"\x00\x00\x00<", false, big32},
		{"\xff\xfe", true, little16},
		{"\xfe\xff", true, big16},
		{"<\x00", false, little16},
		{"\x00<", false, big16},
	}
}

// xmlDeclaration matches an XML declaration at the beginning of a document.
var xmlDeclaration = regexp.MustCompile(`^\s*<\?xml\s[^>]{0,200}\?>`)

// xmlPseudo matches a name and a value of a declaration.
var xmlPseudo = regexp.MustCompile(`\s(version|encoding)\s*=\s*(?:"([^"]*)"|'([^']*)')`)

// byteOrderMark is the byte order mark in UTF-8.
const byteOrderMark = "\ufeff"

// decodeMarked returns a document in UTF-8 and without its byte order mark. It assumes UTF-8 if
// there is no mark.
func decodeMarked(document []byte) ([]byte, error) {
	for _, o := range byteOrders() {
		if o.mark && bytes.HasPrefix(document, []byte(o.begin)) {
			text, err := o.encoding.NewDecoder().Bytes(document)
			return bytes.TrimPrefix(text, []byte(byteOrderMark)), err
		}
	}
	return bytes.TrimPrefix(document, []byte(byteOrderMark)), nil
}

// decodeXML returns a document in UTF-8 and without its declaration, because encoding/xml would
// reject XML 1.1 and other encodings. Line numbers stay the same.
func decodeXML(document []byte) ([]byte, error) {
	e, err := xmlEncoding(document)
	if err != nil {
		return nil, err
	}
	if e != nil {
		if document, err = e.NewDecoder().Bytes(document); err != nil {
			return nil, fmt.Errorf("xml: decode: %w", err)
		}
	}
	document = bytes.TrimPrefix(document, []byte(byteOrderMark))
	declaration := xmlDeclaration.Find(document)
	if pseudoAttribute(declaration, "version") == "1.1" {
		document = lineEnds11.ReplaceAll(document, []byte("\n"))
	}
	lines := bytes.Repeat([]byte("\n"), bytes.Count(declaration, []byte("\n")))
	return append(lines, document[len(declaration):]...), nil
}

// lineEnds11 matches the line ends that XML 1.1 adds.
var lineEnds11 = regexp.MustCompile("\r?\u0085|\u2028")

// xmlEncoding returns the encoding of a document, or nil for UTF-8. It uses the first bytes or else
// the declaration.
func xmlEncoding(document []byte) (encoding.Encoding, error) {
	for _, o := range byteOrders() {
		if bytes.HasPrefix(document, []byte(o.begin)) {
			return o.encoding, nil
		}
	}
	declaration := xmlDeclaration.Find(bytes.TrimPrefix(document, []byte(byteOrderMark)))
	label := strings.ToLower(pseudoAttribute(declaration, "encoding"))
	wide := strings.HasPrefix(label, "utf-16") || strings.HasPrefix(label, "utf-32") || strings.HasPrefix(label, "ucs-") || strings.HasPrefix(label, "iso-10646")
	if label == "" || wide && declaration != nil || label == "us-ascii" && utf8.Valid(document) {
		return nil, nil // the document has single bytes, so its declaration is wrong
	}
	e, name := charset.Lookup(label)
	switch {
	case e == nil || name == "replacement":
		return nil, fmt.Errorf("xml: the encoding %q is unknown; write the report in UTF-8", schema.Excerpt(label, 40))
	case name == "utf-8":
		return nil, nil
	}
	return e, nil
}

// pseudoAttribute returns a value of a declaration, or "" if it is absent.
func pseudoAttribute(declaration []byte, name string) string {
	for _, m := range xmlPseudo.FindAllSubmatch(declaration, -1) {
		if string(m[1]) == name {
			return string(m[2]) + string(m[3])
		}
	}
	return ""
}
