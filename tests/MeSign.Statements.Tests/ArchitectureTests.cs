using System.Reflection;
using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace MeSign.Statements.Tests;

public partial class ArchitectureTests
{
    private static readonly Assembly Core = typeof(StatementFailedException).Assembly;
    private static readonly Architecture Architecture = new ArchLoader().LoadAssemblies(Core).Build();

    private static readonly string[] Slices = ["Intake", "Issuers", "Recipients", "Pdf", "Sealing", "Delivery", "Ledger"];

    /// <summary>What slices may stand on besides themselves: paths, keys, CMS, and the names in the storage account.</summary>
    private static readonly string[] Floor = ["Trust", "Signing", "Storage"];

    [Fact]
    public void Slices_exchange_records_and_never_call_each_other()
    {
        var calls =
            from type in Architecture.Types
            let slice = SliceOf(type)
            where Slices.Contains(slice)
            from dependency in type.Dependencies
            let other = SliceOf(dependency.Target)
            where Slices.Contains(other) && other != slice && !IsData(dependency.Target)
            select $"{type.FullName} -> {dependency.Target.FullName}";

        calls.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void The_floor_knows_no_slice_but_its_data()
    {
        var calls =
            from type in Architecture.Types
            where Floor.Contains(SliceOf(type))
            from dependency in type.Dependencies
            where Slices.Contains(SliceOf(dependency.Target))
            select $"{type.FullName} -> {dependency.Target.FullName}";

        calls.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void Only_signing_keys_and_certificate_sources_are_interfaces()
    {
        Core.GetTypes().Where(type => type.IsInterface).Select(type => type.Name)
            .ShouldBe(["ISigningKey", "ICertificateSource"], ignoreOrder: true);
    }

    [Fact]
    public void The_core_knows_no_host_and_no_web_framework()
    {
        Core.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal)
                || name == "Microsoft.Extensions.Hosting")
            .ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_that_ships_references_PdfSharp_or_the_Sandbox()
    {
        var shipped = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => !project.EndsWith("Sandbox.csproj", StringComparison.Ordinal))
            .ToArray();

        shipped.ShouldNotBeEmpty();
        foreach (var project in shipped)
        {
            var references = Include().Matches(File.ReadAllText(project)).Select(match => match.Groups[1].Value).ToArray();
            references.ShouldNotContain(reference => reference.Contains("PdfSharp", StringComparison.OrdinalIgnoreCase), project);
            references.ShouldNotContain(reference => reference.Contains("Sandbox", StringComparison.Ordinal), project);

            var lockFile = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            if (File.Exists(lockFile))
                File.ReadAllText(lockFile).ShouldNotContain("PdfSharp", Case.Insensitive, lockFile);
        }
    }

    [Fact]
    public void Files_stay_within_one_thing()
    {
        var large =
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            where !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "node_modules")
            let lines = File.ReadLines(file).Count()
            where lines > 250
            select $"{Path.GetRelativePath(Repository.Root, file)}: {lines}";

        large.ShouldBeEmpty();
    }

    /// <summary>Records, enums, exceptions and the like carry data; everything else is somebody's service.</summary>
    private static bool IsData(IType type)
    {
        var reflected = Core.GetType(type.FullName);
        return reflected is null
            || reflected.IsEnum
            || typeof(Exception).IsAssignableFrom(reflected)
            || reflected.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance) is not null
            || reflected.IsValueType
            || reflected.GetCustomAttributes().Any(attribute => attribute.GetType().Name == "CompilerGeneratedAttribute");
    }

    private static string? SliceOf(IType type) =>
        SliceName().Match(type.FullName) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^MeSign\.Statements\.([A-Za-z]+)\.")]
    private static partial Regex SliceName();

    [GeneratedRegex("Reference Include=\"([^\"]+)\"")]
    private static partial Regex Include();
}
