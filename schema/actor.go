package schema

// Channel is the way in which somebody acts.
type Channel string

// The channels.
const (
	ChannelSSH   Channel = "ssh"
	ChannelWeb   Channel = "web"
	ChannelAPI   Channel = "api"
	ChannelAdmin Channel = "admin" // the operator's socket, or the data directory itself
)

// Actor is who acts, and by which channel.
type Actor struct {
	User    User
	Channel Channel
	Key     string // fingerprint of the SSH key that proved it, or made the token that did; "" if none did
}

// The actors without an account. No account can have these logins.
const (
	operatorName = "operator"
	serverName   = "server"
)

// Operator returns the actor of the operator's socket: an administrator without an account.
func Operator() Actor {
	return Actor{User: User{Login: operatorName, Admin: true}, Channel: ChannelAdmin}
}

// Server returns the actor of what the server does when its time has come. It has no permission.
func Server() Actor {
	return Actor{User: User{Login: serverName}, Channel: ChannelAdmin}
}
