package grade

// materials holds what the staff provide for the tests: the tests repository, the result of prepare, and the launchers
// of frameworks.
type materials struct {
	*workspace
	committed []treeFile // of the tests repository; listed when first needed
	tests     *tree      // the tests repository, for trusted steps; created when first needed
	prepared  *tree
	launchers *tree // the launchers of frameworks; created when first needed
}
