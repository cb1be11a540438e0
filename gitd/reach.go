package gitd

import (
	"net"
	"os"
	"strings"

	"github.com/grader/grader/schema"
)

// PublicName is HOST or HOST:PORT as people type it: Name where there is one, else
// where the server listens, with this machine's name in place of an address that
// means all of its addresses.
func (s *Server) PublicName() string {
	if s.Name != "" {
		return s.Name
	}
	return Reachable(s.Address().String())
}

// Reachable names this machine where an address means all of its addresses, such as
// [::]:2222: nobody can type that.
func Reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || !net.ParseIP(host).IsUnspecified() {
		return address
	}
	name, err := os.Hostname()
	if err != nil {
		name = "localhost"
	}
	return net.JoinHostPort(name, port)
}

// remote is the address of a repository, as people give it to git.
func (s *Server) remote(path schema.RepositoryPath) string {
	host := s.PublicName()
	if h, port, err := net.SplitHostPort(host); err == nil && port == "22" && !strings.Contains(h, ":") {
		host = h
	}
	return "ssh://grader@" + host + "/" + pathOf(path)
}

// reach is the ssh command with which people reach the server as a user.
func (s *Server) reach(user string) string {
	host, port, err := net.SplitHostPort(s.PublicName())
	switch {
	case err != nil:
		return "ssh " + user + "@" + s.PublicName()
	case port == "22":
		return "ssh " + user + "@" + host
	}
	return "ssh -p " + port + " " + user + "@" + host
}
