package pktline

import "strings"

// Advertise encodes what a receive-pack says first: the one visible ref, or none,
// and the capabilities.
func Advertise(ref, commit string, capabilities []string) []byte {
	if commit == Zero || commit == "" {
		commit, ref = Zero, "capabilities^{}"
	}
	b := Append(nil, commit+" "+ref+"\x00"+strings.Join(capabilities, " ")+"\n")
	return append(b, Flush...)
}

// Fatal encodes an error that ends the conversation where refs were expected.
func Fatal(text string) []byte { return Append(nil, "ERR "+text+"\n") }
