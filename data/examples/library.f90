! A solver that Forerun calls: the van der Pol oscillator u'' = (1 - u^2) u' - u, by 400 Runge-Kutta steps.
! To build: gfortran -O2 -shared -fPIC -o libsolver.so library.f90
module van_der_pol
  use, intrinsic :: iso_c_binding
  implicit none
contains
  pure function rate(u) result(du)
    real(c_double), intent(in) :: u(2)
    real(c_double) :: du(2)
    du = [u(2), (1 - u(1) * u(1)) * u(2) - u(1)]
  end function

  function propagate(t0, t1, before, after, n, user) bind(c, name="propagate") result(status)
    real(c_double), value :: t0, t1
    integer(c_int64_t), value :: n
    real(c_double), intent(in) :: before(n)
    real(c_double), intent(out) :: after(n)
    type(c_ptr), value :: user
    integer(c_int) :: status
    integer, parameter :: steps = 400
    real(c_double) :: h, u(2), a(2), b(2), c(2), d(2)
    integer :: i
    status = merge(0, 1, n == 2)
    if (status /= 0) return
    h = (t1 - t0) / steps
    u = before
    do i = 1, steps
      a = rate(u)
      b = rate(u + h / 2 * a)
      c = rate(u + h / 2 * b)
      d = rate(u + h * c)
      u = u + h / 6 * (a + 2 * b + 2 * c + d)
    end do
    after = u
  end function
end module
