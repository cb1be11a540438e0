package protocol

// Reply is the server's answer.
type Reply struct {
	Accepted bool
	Text     []byte // for the pusher; sanitised, each line ends with a newline; may be empty
}

// Encode returns the encoded reply with its length.
func (r Reply) Encode() ([]byte, error) {
	accepted := byte(0)
	if r.Accepted {
		accepted = 1
	}
	return frame([]byte{accepted}, r.Text)
}

// DecodeReply decodes a message without its length. Only one byte value means that the push is
// accepted.
func DecodeReply(message []byte) (Reply, error) {
	body, err := unframe(message)
	if err != nil {
		return Reply{}, err
	}
	if len(body) < 1 || body[0] > 1 {
		return Reply{}, ErrMangled
	}
	return Reply{Accepted: body[0] == 1, Text: body[1:]}, nil
}
