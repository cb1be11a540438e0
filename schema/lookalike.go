package schema

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// LookAlike reports whether two texts look alike on a screen: they are equal but for the form of
// Unicode, the script of their letters, or the kind of a dash, a quotation mark or a space.
func LookAlike(a, b string) bool { return skeleton(a) == skeleton(b) }

// skeleton returns what characters that look alike have in common: compatible forms are one, and letters
// and signs of other scripts stand for the Latin ones of their shape (Unicode Technical Standard 39, the
// part of it that text from keyboards and word processors has).
func skeleton(text string) string {
	return strings.Map(func(r rune) rune {
		if at := strings.IndexRune(shapesOf, r); at >= 0 {
			return rune(latinOf[utf8.RuneCountInString(shapesOf[:at])])
		}
		return r
	}, norm.NFKC.String(text))
}

// shapesOf are the characters of other scripts, and latinOf those of the same shape, in the same order.
const (
	shapesOf = "АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝӏ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυαικ" + "−–—‐‑‒―" + "‘’‚‛ʼ′`" + "“”„‟" + "×∗٭" + "⁄∕" + "∣∶ǃ"
	latinOf  = "ABESIJKMHOPCTYXaesijopcyxhdqwl" + "ABEZHIKMNOPTYXovpuaik" + "-------" + "'''''''" + "\"\"\"\"" + "x**" + "//" + "|:!"
)
