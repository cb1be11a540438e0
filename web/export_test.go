package web

// Patterns returns the patterns of every route.
func (s *Server) Patterns() []string { return s.patterns }
