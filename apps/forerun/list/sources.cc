#include "apps/forerun/list/sources.h"

#include <map>

namespace forerun {
namespace {

constexpr const char* kRandnet = "G. Gattiglio, L. Grigoryeva, M. Tamborrino, RandNet-Parareal (2024)";
constexpr const char* kKriging =
    "K. Pentland et al., GParareal (2023); G. Gattiglio, L. Grigoryeva, M. Tamborrino, nnGParareal (2024)";
constexpr const char* kHairerStiff = "E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, ";
constexpr const char* kImex = "U. M. Ascher, S. J. Ruuth, R. J. Spiteri, Appl. Numer. Math. 25 (1997), 151-167";
constexpr const char* kDeferred = "A. Dutt, L. Greengard, V. Rokhlin, BIT 40 (2000), 241-266";
constexpr const char* kSundials = "A. C. Hindmarsh et al., SUNDIALS, ACM Trans. Math. Softw. 31 (2005), 363-396";
constexpr const char* kKutta = "W. Kutta, Zeitschrift für Mathematik und Physik 46 (1901), 435-453";
constexpr const char* kCranking = "J. Crank, P. Nicolson, Proc. Cambridge Philos. Soc. 43 (1947), 50-67";
constexpr const char* kChebyshev =
    "B. P. Sommeijer, L. F. Shampine, J. G. Verwer, J. Comput. Appl. Math. 88 (1998), 315-326";

const std::map<std::string, std::string>& all() {
  static const std::map<std::string, std::string> sources = {
      // problems
      {"allen_cahn", "S. M. Allen, J. W. Cahn, Acta Metallurgica 27 (1979), 1085-1095"},
      {"allen_cahn_2d",
       "S. M. Allen, J. W. Cahn, Acta Metallurgica 27 (1979), 1085-1095; J. Rubinstein, P. Sternberg, IMA J. Appl. "
       "Math. 48 (1992), 249-264"},
      {"brusselator", "I. Prigogine, R. Lefever, J. Chem. Phys. 48 (1968), 1695-1700"},
      {"brusselator_2d", "I. Prigogine, R. Lefever, J. Chem. Phys. 48 (1968), 1695-1700, with diffusion"},
      {"brusselator_3d", "I. Prigogine, R. Lefever, J. Chem. Phys. 48 (1968), 1695-1700, with diffusion"},
      {"burgers", std::string("J. M. Burgers, Adv. Appl. Mech. 1 (1948), 171-199; this run: ") + kRandnet},
      {"dahlquist", "G. Dahlquist, BIT 3 (1963), 27-43"},
      {"diffusion_reaction", "M. Takamoto et al., PDEBench (2022)"},
      {"double_pendulum", "K. Pentland et al., GParareal (2023)"},
      {"fitzhugh_nagumo",
       "R. FitzHugh, Biophys. J. 1 (1961), 445-466; J. Nagumo et al., Proc. IRE 50 (1962), 2061-2070"},
      {"heat", "J. Fourier, Théorie analytique de la chaleur (1822)"},
      {"heat_2d", "J. Fourier, Théorie analytique de la chaleur (1822)"},
      {"hopf", "K. Pentland et al., GParareal (2023): a Hopf bifurcation whose parameter is time"},
      {"lorenz", "E. N. Lorenz, J. Atmos. Sci. 20 (1963), 130-141"},
      {"interchange",
       "O. E. Garcia et al., Phys. Plasmas 12 (2005), 090701; bracket: A. Arakawa, J. Comput. Phys. 1 (1966), 119-143"},
      {"oregonator", std::string(kHairerStiff) + "sec. IV.10"},
      {"robertson", std::string(kHairerStiff) + "sec. IV.1"},
      {"rossler", "O. E. Rössler, Phys. Lett. A 57 (1976), 397-398"},
      {"shallow_water", std::string("the run of ") + kRandnet},
      {"transport", "R. Courant, K. Friedrichs, H. Lewy, Math. Ann. 100 (1928), 32-74"},
      {"van_der_pol", "B. van der Pol, Philos. Mag. 2 (1926), 978-992"},
      {"wave", "J. le Rond d'Alembert (1747)"},
      // methods
      {"parareal", "J.-L. Lions, Y. Maday, G. Turinici, C. R. Acad. Sci. Paris 332 (2001), 661-668"},
      {"mgrit", "R. D. Falgout et al., SIAM J. Sci. Comput. 36 (2014), C635-C661"},
      {"pfasst", "M. Emmett, M. L. Minion, Commun. Appl. Math. Comput. Sci. 7 (2012), 105-132"},
      {"paraexp", "M. J. Gander, S. Güttel, SIAM J. Sci. Comput. 35 (2013), C123-C142"},
      // correctors
      {"auto", kKriging},
      {"classic", "J.-L. Lions, Y. Maday, G. Turinici, C. R. Acad. Sci. Paris 332 (2001), 661-668"},
      {"kriging", kKriging},
      {"krylov", "M. J. Gander, M. Petcu, ESAIM: Proc. 25 (2008), 114-129"},
      {"randnet", kRandnet},
      {"randnet-local", kRandnet},
      {"secant", "C. G. Broyden (1965); J. Degroote, K.-J. Bathe, J. Vierendeels (2009), IQN-ILS"},
      {"tangent", "M. J. Gander, M. Ohlberger, S. Rave, A Parareal algorithm without coarse propagator?, linearised"},
      {"stencil", std::string("random features as in ") + kRandnet + ", their weights shared over the mesh"},
      // integrators
      {"rk1", "L. Euler, Institutiones calculi integralis (1768)"},
      {"rk2", "C. Runge, Math. Ann. 46 (1895), 167-178"},
      {"rk4", kKutta},
      {"rk8", "G. J. Cooper, J. H. Verner, SIAM J. Numer. Anal. 9 (1972), 389-405"},
      {"dopri5", "J. R. Dormand, P. J. Prince, J. Comput. Appl. Math. 6 (1980), 19-26"},
      {"rkc", kChebyshev},
      {"rkc2", kChebyshev},
      {"backward_euler", std::string(kHairerStiff) + "sec. IV.3"},
      {"crank_nicolson", kCranking},
      {"sdirk2", "R. Alexander, SIAM J. Numer. Anal. 14 (1977), 1006-1021"},
      {"radau2", std::string(kHairerStiff) + "sec. IV.5"},
      {"radau3", std::string(kHairerStiff) + "sec. IV.5"},
      {"radau5", std::string(kHairerStiff) + "sec. IV.8"},
      {"lobatto2", std::string(kHairerStiff) + "sec. IV.5"},
      {"esdirk43", "C. A. Kennedy, M. H. Carpenter, Appl. Numer. Math. 44 (2003), 139-181"},
      {"ars222", kImex},
      {"ars343", kImex},
      {"exponential", "N. J. Higham, SIAM J. Matrix Anal. Appl. 26 (2005), 1179-1193, for small systems"},
      {"sdc_explicit", kDeferred},
      {"sdc_implicit", kDeferred},
      {"sdc_imex", "M. L. Minion, Commun. Math. Sci. 1 (2003), 471-500"},
      {"random_features", "X. Meng, Z. Li, D. Zhang, G. E. Karniadakis, Comput. Methods Appl. Mech. Eng. 370 (2020)"},
      {"spectral", "M. J. Gander, M. Ohlberger, S. Rave, A Parareal algorithm without coarse propagator? (2024)"},
      {"operator", "L. Lu, P. Jin, G. E. Karniadakis (2019); Z. Li et al. (2021); A. Rahimi, B. Recht (2007)"},
      {"pod",
       "F. Chen, J. S. Hesthaven, X. Zhu, On the use of reduced basis methods to accelerate and stabilize the "
       "parareal method (2014); S. Chaturantabut, D. C. Sorensen, SIAM J. Sci. Comput. 32 (2010), 2737-2764"},
      {"pinn",
       "A. Q. Ibrahim, S. Goetschel, D. Ruprecht, Parareal with a physics-informed neural network as coarse "
       "propagator (2023)"},
      {"optimised", "B. Jin, Q. Lin, Z. Zhou, Optimizing coarse propagators in parareal algorithms (2022)"},
      {"cvode_adams", kSundials},
      {"cvode_bdf", kSundials},
      {"arkode_erk", kSundials},
      {"arkode_dirk", kSundials},
  };
  return sources;
}

}  // namespace

std::string source_of(const std::string& name) {
  const auto found = all().find(name);
  return found == all().end() ? std::string() : found->second;
}

}  // namespace forerun
