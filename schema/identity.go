package schema

// Identity is what a sign-in service says about a person.
type Identity struct {
	Claim    string // what the value is: "preferred_username", "email"
	Value    string // what the account is found by
	Verified bool   // the service has verified that the value is the person's e-mail address
	// GitHub is the person's account at GitHub, nil if another service says who they are.
	GitHub *GitHubAccount
}

// Match says which field of an account a sign-in service names.
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
	Vouch  bool   // addresses are accepted even if the service does not say that it verified them
}

// AccountName identifies an account by one of the two.
type AccountName struct{ Login, Email string }

// String returns the login or the address.
func (n AccountName) String() string { return n.Login + n.Email }
