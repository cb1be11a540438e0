package schema

// Identity holds the claims of a sign-in service about a person.
type Identity struct {
	Claim    string // name of the claim: "preferred_username", "email"
	Value    string // value that identifies the account
	Verified bool   // the service has verified that the value is the person's e-mail address
	// GitHub is the person's account at GitHub; nil for other sign-in services.
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
	Vouch  bool   // accept addresses that the service does not report as verified
}

// AccountName identifies an account by its login or its e-mail address. The other field is empty.
type AccountName struct{ Login, Email string }

// String returns the login or the address.
func (n AccountName) String() string { return n.Login + n.Email }
