package pktline

import "bytes"

// Refusal is the answer to one command that was not carried out.
type Refusal struct {
	Ref    string
	Reason string // one line
}

// Amend adds the answer to one more ref to a report-status: "" says that it was carried
// out, else why not.
func Amend(report []byte, ref, reason string) []byte {
	b := bytes.Clone(bytes.TrimSuffix(report, []byte(Flush)))
	if reason == "" {
		b = Append(b, "ok "+ref+"\n")
	} else {
		b = Append(b, "ng "+ref+" "+reason+"\n")
	}
	return append(b, Flush...)
}

// Report encodes a report-status that refuses commands without having looked at
// the pack.
func Report(refusals []Refusal) []byte {
	b := Append(nil, "unpack ok\n")
	for _, r := range refusals {
		b = Append(b, "ng "+r.Ref+" "+r.Reason+"\n")
	}
	return append(b, Flush...)
}
