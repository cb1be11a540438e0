package schema

// Identity is who a sign-in service says that somebody is.
type Identity struct {
	Claim    string // what the value is: "preferred_username", "email"
	Value    string // what the account is found by
	Verified bool   // the service has checked that the value is an e-mail address of theirs
}

// Match says which part of an account a sign-in service names.
type Match string

// The ways to find an account.
const (
	MatchLogin Match = "login"
	MatchEmail Match = "email"
)

// IdentityRule says how the account of an identity is found.
type IdentityRule struct {
	Match  Match
	Domain string // the value must be an address at this domain; "" for any value
	Vouch  bool   // the service's addresses are believed although it does not say that it has checked them
}

// AccountName is what an account is found by: one of the two.
type AccountName struct{ Login, Email string }

// String returns the login or the address.
func (n AccountName) String() string { return n.Login + n.Email }
