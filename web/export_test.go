package web

import "net/http"

// Patterns returns the patterns of every route.
func (s *Server) Patterns() []string { return s.patterns }

// Handler returns the handler of a started site.
func (s *Server) Handler() http.Handler { return s.handler }
