package gitd

// cause is the reason why a session's context ended.
type cause string

const (
	errStopping cause = "the server is stopping"
	errGone     cause = "the client is gone"
	errTooLong  cause = "the session took too long"
	errHangUp   cause = "interrupted at the terminal"
	errTooMany  cause = "too many sessions on one connection"
)

// Error implements error.
func (c cause) Error() string { return string(c) }
