package gitd

import (
	"net"
	"os"
	"strings"

	"github.com/grader/grader/schema"
)

// PublicName is HOST or HOST:PORT as people type it: Name if it is set, otherwise the server's
// address, with this machine's name in place of a wildcard address.
func (s *Server) PublicName() string {
	if s.Name != "" {
		return s.Name
	}
	return Reachable(s.Address().String())
}

// Reachable replaces a wildcard address such as [::]:2222, which nobody can connect to, by this
// machine's name.
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

// remote is the address of a repository, as people pass it to git.
func (s *services) remote(path schema.RepositoryPath) string {
	host := s.publicName()
	if h, port, err := net.SplitHostPort(host); err == nil && port == "22" && !strings.Contains(h, ":") {
		host = h
	}
	return "ssh://grader@" + host + "/" + pathOf(path)
}

// reach is the ssh command by which people reach the server as a user.
func (s *services) reach(user string) string {
	host, port, err := net.SplitHostPort(s.publicName())
	switch {
	case err != nil:
		return "ssh " + user + "@" + s.publicName()
	case port == "22":
		return "ssh " + user + "@" + host
	}
	return "ssh -p " + port + " " + user + "@" + host
}
