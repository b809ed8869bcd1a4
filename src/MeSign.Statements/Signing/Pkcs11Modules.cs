using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace MeSign.Statements.Signing;

/// <summary>The vendors' PKCS#11 libraries in this process. Each is initialised once; finalising it would end everybody's sessions.</summary>
internal static class Pkcs11Modules
{
    private static readonly Pkcs11InteropFactories Factories = Create();
    private static readonly ConcurrentDictionary<string, Lazy<IPkcs11Library>> Loaded = new(StringComparer.Ordinal);

    /// <param name="path">Path of the vendor's library.</param>
    /// <exception cref="InvalidDataException">It does not load.</exception>
    public static IPkcs11Library Load(string path)
    {
        try
        {
            return Loaded.GetOrAdd(
                path, module => new(() => Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, module, AppType.MultiThreaded))).Value;
        }
        catch (Exception e) when (e is UnmanagedException or LibraryArchitectureException or Pkcs11Exception or DllNotFoundException)
        {
            _ = Loaded.TryRemove(path, out _);
            throw new InvalidDataException($"{path} does not load as a PKCS#11 module: {e.Message}", e);
        }
    }

    // The wrapper asks for "libdl", a name that only development packages install; the functions are in the C library today.
    private static Pkcs11InteropFactories Create()
    {
        NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, Resolve);
        return new();
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != "libdl" || !OperatingSystem.IsLinux())
            return IntPtr.Zero;
        return NativeLibrary.TryLoad("libdl.so.2", out var library) ? library : NativeLibrary.GetMainProgramHandle();
    }
}
