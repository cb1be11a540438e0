package schema

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// LookAlike reports whether two texts look alike on a screen: they differ only in the form of
// Unicode, the script of their letters, or the kind of a dash, a quotation mark or a space.
func LookAlike(a, b string) bool { return skeleton(a) == skeleton(b) }

// skeleton maps characters that look alike to the same character. It normalises compatible forms
// and replaces letters and signs of other scripts with Latin ones of the same shape (the part of
// Unicode Technical Standard 39 that text from keyboards and word processors uses).
func skeleton(text string) string {
	return strings.Map(func(r rune) rune {
		if at := strings.IndexRune(shapesOf, r); at >= 0 {
			return rune(latinOf[utf8.RuneCountInString(shapesOf[:at])])
		}
		return r
	}, norm.NFKC.String(text))
}

// shapesOf lists characters of other scripts. latinOf lists the Latin characters of the same shape,
// in the same order.
const (
	shapesOf = "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝӏ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυαικ" + "−–—‐‑‒―" + "‘’‚‛ʼ′`" + "“”„‟" + "×∗٭" + "⁄∕" + "∣∶ǃ"
	latinOf  = "ABESIJKMHOPCTYXaesijopcyxhdqwl" + "ABEZHIKMNOPTYXovpuaik" + "-------" + "'''''''" + "\"\"\"\"" + "x**" + "//" + "|:!"
)
