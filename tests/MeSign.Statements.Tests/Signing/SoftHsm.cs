using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Trust;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace MeSign.Statements.Tests.Signing;

/// <summary>A hardware security module in software (SoftHSM 2) with keys: rsa, ec, bare (no certificate), alien (another key's certificate).</summary>
internal sealed class SoftHsm
{
    public const string Token = "mesign-test";
    public const string OtherToken = "mesign-other";
    public const string Pin = "271828";

    // A PKCS#11 module reads its settings once a process: one token serves all tests.
    private static readonly Lazy<SoftHsm> LazyShared = new(() => new SoftHsm());

    private readonly IPkcs11Library _library;

    private SoftHsm()
    {
        var folder = Directory.CreateTempSubdirectory("mesign-softhsm-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var settings = Path.Combine(folder, "softhsm2.conf");
        File.WriteAllText(settings, $"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n");

        // The module is native code: it does not see what Environment.SetEnvironmentVariable sets.
        var set = Marshal.GetDelegateForFunctionPointer<SetEnvironment>(NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "setenv"));
        set("SOFTHSM2_CONF", settings, 1).ShouldBe(0);
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", settings);
        foreach (var token in new[] { Token, OtherToken })
            Run("--init-token", "--free", "--label", token, "--pin", Pin, "--so-pin", "31415926");
        _library = Pkcs11Modules.Load(Module);
        Import(folder, "rsa", "01", "RSA2048", "RSA2048");
        Import(folder, "ec", "02", "P-384", "P-384");
        Import(folder, "bare", "03", "P-256", certified: null);
        Import(folder, "alien", "04", "P-256", "TSA");
    }

    private delegate int SetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    public static SoftHsm Shared => LazyShared.Value;

    public static string Module { get; } = new[] { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so" }
        .FirstOrDefault(File.Exists) ?? "libsofthsm2.so";

    private void Import(string folder, string label, string id, string key, string? certified)
    {
        var file = Path.Combine(folder, $"{label}.pem");
        File.WriteAllText(file, TestKeys.Get(key).ExportPkcs8PrivateKeyPem());
        Run("--import", file, "--token", Token, "--label", label, "--id", id, "--pin", Pin);
        if (certified is not null)
            Write(TestAuthority.Shared.Issue(TestKeys.Get(certified)), label, Convert.FromHexString(id));
    }

    private void Write(X509Certificate2 certificate, string label, byte[] id)
    {
        using var session = _library.GetSlotList(SlotsType.WithTokenPresent).Single(slot => slot.GetTokenInfo().Label == Token).OpenSession(SessionType.ReadWrite);
        session.Login(CKU.CKU_USER, Pin);
        var attributes = session.Factories.ObjectAttributeFactory;
        _ = session.CreateObject(
        [
            attributes.Create(CKA.CKA_CLASS, CKO.CKO_CERTIFICATE),
            attributes.Create(CKA.CKA_CERTIFICATE_TYPE, CKC.CKC_X_509),
            attributes.Create(CKA.CKA_TOKEN, true),
            attributes.Create(CKA.CKA_LABEL, label),
            attributes.Create(CKA.CKA_ID, id),
            attributes.Create(CKA.CKA_SUBJECT, certificate.SubjectName.RawData),
            attributes.Create(CKA.CKA_VALUE, certificate.RawData),
        ]);
        session.Logout();
    }

    private static void Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("softhsm2-util", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, output);
    }
}
