package pktline

// Fatal encodes an error that a client reads instead of refs. It ends the connection.
func Fatal(text string) []byte { return Append(nil, "ERR "+text+"\n") }
