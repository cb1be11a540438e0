package schema

import (
	"strconv"
	"time"
)

// Ended counts the credentials that ended with a key or an account.
type Ended struct {
	Sessions int `json:"sessions"` // browser sessions
	Links    int `json:"links"`    // unused sign-in links
	Codes    int `json:"codes"`    // unused codes that bind a key
	Tokens   int `json:"tokens"`   // API tokens
}

// Words lists the counts: "2 browser sessions, 1 sign-in link, 0 codes and 1 API token".
func (e Ended) Words() string {
	return counted(e.Sessions, "browser session") + ", " + counted(e.Links, "sign-in link") + ", " + counted(e.Codes, "code") + " and " + counted(e.Tokens, "API token")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// SignIn is the user of a sign-in link, and the key that made the link.
type SignIn struct {
	User User
	Key  string // fingerprint; "" for a link that an operator made
}

// SessionIdle is how long an unused browser session lasts.
const SessionIdle = 12 * time.Hour

// Session is a stored browser session.
type Session struct {
	Token   string // identifies it in the browser; only its hash is stored
	ID      string // identifies it to its owner; not a credential
	User    int64
	Key     string // fingerprint of the key that created it, "" for none; removing the key also removes the session
	Way     string // how its owner signed in: the name of the sign-in service, or "" for a link
	Browser string // such as "Firefox on Linux"
	Data    []byte
	MadeAt  time.Time
	UsedAt  time.Time // to within a few minutes
	Expires time.Time
}

// RemovedKey is the result of removing a key.
type RemovedKey struct {
	Key   Key
	Ended Ended
	Added []Key // keys that were added with it and still exist
}
