package sheet

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/grader/grader/schema"
)

// Encoding is the encoding of a file's text.
type Encoding string

// Supported encodings.
const (
	UTF8        Encoding = "UTF-8"
	UTF8BOM     Encoding = "UTF-8 with a byte order mark"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Windows1252 Encoding = "Windows-1252"
)

// Byte order marks.
const (
	markUTF8    = "\xEF\xBB\xBF"
	markUTF16LE = "\xFF\xFE"
	markUTF16BE = "\xFE\xFF"
)

// decode returns the text of a file and its encoding: UTF-16 by its byte order mark,
// else UTF-8, else Windows-1252.
func decode(data []byte) (string, Encoding, error) {
	switch {
	case bytes.HasPrefix(data, []byte(markUTF8)):
		return valid(data[3:], UTF8BOM)
	case bytes.HasPrefix(data, []byte(markUTF16LE)):
		return utf16(data, unicode.LittleEndian, UTF16LE)
	case bytes.HasPrefix(data, []byte(markUTF16BE)):
		return utf16(data, unicode.BigEndian, UTF16BE)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return "", "", schema.Errorf(schema.CodeInvalid, "the file is a spreadsheet or an archive; export it as CSV")
	case bytes.IndexByte(data, 0) >= 0:
		return "", "", schema.Errorf(schema.CodeInvalid, "the file is not text: byte %d is zero; export it as CSV, not as a spreadsheet", bytes.IndexByte(data, 0)+1)
	case utf8.Valid(data):
		return string(data), UTF8, nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", schema.Errorf(schema.CodeInvalid, "the file cannot be decoded: save it as UTF-8")
	}
	return string(text), Windows1252, nil
}

func valid(data []byte, as Encoding) (string, Encoding, error) {
	if !utf8.Valid(data) {
		return "", "", schema.Errorf(schema.CodeInvalid, "the file begins as UTF-8 and holds bytes that are not; save it as UTF-8")
	}
	return string(data), as, nil
}

func utf16(data []byte, order unicode.Endianness, as Encoding) (string, Encoding, error) {
	text, err := unicode.UTF16(order, unicode.ExpectBOM).NewDecoder().Bytes(data)
	if err != nil || len(data)%2 != 0 {
		return "", "", schema.Errorf(schema.CodeInvalid, "the file begins as UTF-16 and cannot be decoded; save it as UTF-8")
	}
	return string(text), as, nil
}

func encode(text string, as Encoding) ([]byte, error) {
	switch as {
	case UTF8BOM:
		return []byte(markUTF8 + text), nil
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case Windows1252:
		out, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("write Windows-1252: %w", err)
		}
		return out, nil
	}
	return []byte(text), nil
}
