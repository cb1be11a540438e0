package grade

// builds lists and builds subjects: the submission and the reference.
type builds struct {
	*workspace
	ref    *subject // the built reference; created when first needed
	refErr error
}
