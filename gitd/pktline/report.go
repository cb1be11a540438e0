package pktline

// Refusal is the answer to one command that was not carried out.
type Refusal struct {
	Ref    string
	Reason string // one line
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
