package course

import "github.com/grader/grader/schema"

// MayEnter decides whether an account may be used; the error is CodeRefused.
func MayEnter(u schema.User) error {
	if u.Disabled {
		return schema.Errorf(schema.CodeRefused, "the account %s is disabled; ask the staff of your course", u.Login)
	}
	return nil
}

// MayAdminister decides whether a person may change accounts, courses, other people's keys and the
// queue; the error is CodeForbidden.
func MayAdminister(by schema.User) error {
	if by.Admin && !by.Disabled {
		return nil
	}
	return schema.Errorf(schema.CodeForbidden, "only an administrator may do that")
}

// MayManage decides whether a person may change an account's keys and sessions. People may change
// their own, and administrators anyone's.
func MayManage(by schema.User, account schema.User) error {
	if by.ID != 0 && by.ID == account.ID {
		return MayEnter(by)
	}
	return MayAdminister(by)
}

// MayChangeRoster decides whether the viewer may enrol people in the course and end
// their enrolment.
func MayChangeRoster(v Viewer, code string) error {
	if v.role() == schema.RoleInstructor {
		return nil
	}
	return schema.Errorf(schema.CodeForbidden, "only instructors of %s change who is in it", code)
}

// MaySeeRoster decides whether the viewer may see who is in the course.
func MaySeeRoster(v Viewer, code string) error {
	if v.Staff() {
		return nil
	}
	return schema.Errorf(schema.CodeForbidden, "only the staff of %s see who is in it", code)
}

// Binding describes a key that a one-time code would bind to an account.
type Binding struct {
	Account schema.User // account of the code
	ForKey  string      // fingerprint of the only key that the code is for, "" for any
	Key     string      // fingerprint of the authenticated key
}

// MayBind decides whether the code binds the key; the error is CodeRefused.
func MayBind(b Binding) error {
	if err := MayEnter(b.Account); err != nil {
		return err
	}
	if b.ForKey != "" && b.ForKey != b.Key {
		return schema.Errorf(schema.CodeRefused, "that code is for the key %s, and you came with %s. Run the same command with -o IdentitiesOnly=yes -i FILE, where FILE holds that key",
			b.ForKey, b.Key)
	}
	return nil
}

// KeyRemoval describes a key that would be removed or get an expiry date.
type KeyRemoval struct {
	Fingerprint string
	Active      bool
	Expires     bool // the key already has an expiry date
	Left        int  // active keys that the account keeps; keys that expire count only if Expires is set
}

// MayRemoveKey decides whether a key of the account may be removed or expire. People must keep an
// active key that does not expire, so that they can sign in. An administrator may remove the last
// one.
func MayRemoveKey(by schema.User, account schema.User, k KeyRemoval) error {
	if err := MayManage(by, account); err != nil {
		return err
	}
	if k.Active && k.Left == 0 && by.ID == account.ID {
		if k.Expires {
			return schema.Errorf(schema.CodeRefused, "%s is your last active key; add another one first", k.Fingerprint)
		}
		return schema.Errorf(schema.CodeRefused, "%s is your last active key that does not expire; add another one first", k.Fingerprint)
	}
	return nil
}
