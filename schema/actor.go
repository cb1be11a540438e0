package schema

// Channel is the interface through which somebody acts.
type Channel string

// The channels.
const (
	ChannelSSH   Channel = "ssh"
	ChannelWeb   Channel = "web"
	ChannelAPI   Channel = "api"
	ChannelAdmin Channel = "admin" // the operator's socket, or the data directory itself
)

// Actor identifies who performs an action, and the channel that they use.
type Actor struct {
	User    User
	Channel Channel
	Key     string // fingerprint of the SSH key that authenticated the user or created their token; "" for none
	Scope   Scope  // of the API token that authenticated the user; "" for none
	Request int64  // id of the APIRequest that the actor sent; 0: none
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

// Server returns the actor of the server's own scheduled actions. It has no permissions.
func Server() Actor {
	return Actor{User: User{Login: serverName}, Channel: ChannelAdmin}
}
