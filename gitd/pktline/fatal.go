package pktline

// Fatal encodes an error that ends the conversation where refs were expected.
func Fatal(text string) []byte { return Append(nil, "ERR "+text+"\n") }
