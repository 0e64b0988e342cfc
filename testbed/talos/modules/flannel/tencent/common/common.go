// Package common stands in for a package that cannot be had from a Go module proxy, see ../vpc/v20170312/vpc.go.
package common

func StringPtr(value string) *string { return &value }

func StringPtrs(values []string) []*string {
	pointers := make([]*string, len(values))
	for i := range values {
		pointers[i] = &values[i]
	}
	return pointers
}

func BoolPtr(value bool) *bool { return &value }
