package gitd

import (
	"net"
	"os"
	"strings"

	"github.com/grader/grader/schema"
)

// PublicName returns HOST or HOST:PORT as people type it. It is Name if that is set, otherwise the
// server's address with this machine's name in place of a wildcard address.
func (s *Server) PublicName() string {
	if s.Name != "" {
		return s.Name
	}
	return Reachable(s.Address().String())
}

// Reachable replaces a wildcard address such as [::]:2222 by this machine's name, because nobody
// can connect to a wildcard.
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

// remote returns the address of a repository as people pass it to git.
func (s *services) remote(path schema.RepositoryPath) string {
	host := s.publicName()
	if h, port, err := net.SplitHostPort(host); err == nil && port == "22" && !strings.Contains(h, ":") {
		host = h
	}
	return "ssh://grader@" + host + "/" + pathOf(path)
}

// reach returns the ssh command with which people connect to the server as a user.
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
