// Package errors stands in for a package that cannot be had from a Go module proxy, see ../../vpc/v20170312/vpc.go.
package errors

type TencentCloudSDKError struct{ Message string }

func (e *TencentCloudSDKError) Error() string { return e.Message }
