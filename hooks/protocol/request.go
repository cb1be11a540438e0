package protocol

// Phase says which hook sent the request.
type Phase byte

// The phases.
const (
	PreReceive  Phase = 1
	PostReceive Phase = 2
)

// Request is a hook's question. The server trusts only the token.
type Request struct {
	Phase      Phase
	Token      string // of the push, at most 255 bytes
	Quarantine string // base name of git's quarantine directory, at most 255 bytes
	Commands   []byte // the hook's standard input: "OLD NEW REF\n" each
}

// Encode returns the encoded request with its length.
func (r Request) Encode() ([]byte, error) {
	if len(r.Token) > 255 || len(r.Quarantine) > 255 {
		return nil, ErrTooLong
	}
	return frame([]byte{byte(r.Phase), byte(len(r.Token))}, []byte(r.Token),
		[]byte{byte(len(r.Quarantine))}, []byte(r.Quarantine), r.Commands)
}

// DecodeRequest decodes a message without its length.
func DecodeRequest(message []byte) (Request, error) {
	body, err := unframe(message)
	if err != nil {
		return Request{}, err
	}
	if len(body) < 1 || Phase(body[0]) != PreReceive && Phase(body[0]) != PostReceive {
		return Request{}, ErrMangled
	}
	r := Request{Phase: Phase(body[0])}
	var ok bool
	if r.Token, body, ok = cut(body[1:]); !ok {
		return Request{}, ErrMangled
	}
	if r.Quarantine, body, ok = cut(body); !ok {
		return Request{}, ErrMangled
	}
	r.Commands = body
	return r, nil
}

// cut removes a text with a length of one byte from the front.
func cut(b []byte) (text string, rest []byte, ok bool) {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, false
	}
	return string(b[1 : 1+int(b[0])]), b[1+int(b[0]):], true
}
